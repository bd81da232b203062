/** A password that is being chosen, with what it is worth. */
import { useId } from 'react';
import { MIN_LENGTH, strengthOf } from '../password-strength.js';
import { useStrings } from '../strings/strings.js';

/** A field with its meter. */
export function NewPassword({
  label,
  value,
  email,
  onChange,
}: {
  label: string;
  value: string;
  email: string;
  onChange: (value: string) => void;
}) {
  const t = useStrings();
  const advice = useId();
  const strength = strengthOf(value, email.split(/[@.]/));
  return (
    <div className="new-password">
      <label>
        {label}
        <input
          type="password"
          autoComplete="new-password"
          required
          minLength={MIN_LENGTH}
          dir="ltr"
          aria-describedby={advice}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      <meter min={0} max={4} low={2} high={3} optimum={4} value={value === '' ? 0 : strength + 0.001}>
        {strength}
      </meter>
      <p id={advice} className="hint" aria-live="polite">
        {value === '' ? t.password.advice(MIN_LENGTH) : t.password.strengths[strength]}
      </p>
    </div>
  );
}
