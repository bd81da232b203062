/** Code that is loaded when it is first needed; in a browser it is fetched then. */
import { ConnectionError } from './errors.js';

/**
 * A part of the program that is loaded with `import()`.
 * @throws ConnectionError when it cannot be loaded
 */
export async function onDemand<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (cause) {
    throw new ConnectionError('A part of the program could not be loaded.', { cause });
  }
}
