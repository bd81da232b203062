/** The fields by which people say who they are, the same in every form, so that browsers fill them in. */
import { useStrings } from '../strings/strings.js';

interface Field {
  value: string;
  onChange: (value: string) => void;
}

/** The email of the account. */
export function EmailField({ value, onChange }: Field) {
  const t = useStrings();
  return (
    <label>
      {t.welcome.email}
      <input
        type="email"
        autoComplete="username"
        required
        dir="ltr"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** The password in force. */
export function PasswordField({ label, value, onChange }: Field & { label: string }) {
  return (
    <label>
      {label}
      <input
        type="password"
        autoComplete="current-password"
        required
        dir="ltr"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
