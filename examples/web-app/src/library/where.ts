/** Where recordings are recognised: by the server, or here. */
import { keptChoice } from './kept-choice.js';

/** `choose` chooses, `useChoice` says whether recordings stay on this device. */
export const { choose: chooseDevice, useChoice: useIsDevice } = keptChoice('sealscribe-where', 'device');
