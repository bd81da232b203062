/** Every case against a hostile server, by what it is about: the tables of sdk-hostile-*.ts together. */
import { changedBytes } from './sdk-hostile-bytes.js';
import { privateMode } from './sdk-hostile-private-mode.js';
import { reading } from './sdk-hostile-reading.js';
import { signingIn } from './sdk-hostile-sign-in.js';
import { writing } from './sdk-hostile-writing.js';

export const tables = {
  reading,
  'changed bytes': changedBytes,
  writing,
  'signing in': signingIn,
  'private mode': privateMode,
};
