/** The switch that keeps the sound of recordings. What that means stands beside it. */
import { useStrings } from '../strings/strings.js';
import { ChoiceSwitch } from './choice-switch.js';
import { chooseSound, useKeepsSound } from './sound.js';

/** On or off, for every recording from now on. */
export function SoundSwitch() {
  return <ChoiceSwitch isOn={useKeepsSound()} choose={chooseSound} words={useStrings().sound} />;
}
