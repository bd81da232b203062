/** A switch for a choice that holds for every recording from now on. What it means now stands beside it. */
import { useId } from 'react';

/** What a switch asks, and what it means. */
interface Words {
  readonly ask: string;
  readonly on: string;
  readonly off: string;
}

/** On or off. */
export function ChoiceSwitch({
  isOn,
  choose,
  words,
}: {
  isOn: boolean;
  choose: (isOn: boolean) => void;
  words: Words;
}) {
  const what = useId();
  return (
    <div className="device-switch">
      <label className="check">
        <input
          type="checkbox"
          role="switch"
          checked={isOn}
          aria-describedby={what}
          onChange={(event) => choose(event.target.checked)}
        />
        {words.ask}
      </label>
      <p id={what} className="hint">
        {isOn ? words.on : words.off}
      </p>
    </div>
  );
}
