/** What somebody may do in a workspace, to be chosen. */
import type { Role } from '@sealscribe/sdk-browser';
import { useStrings } from '../strings/strings.js';

/** A list of the roles there are. */
export function RoleChoice({
  label,
  role,
  onChange,
}: {
  label: string;
  role: Role;
  onChange: (role: Role) => void;
}) {
  const t = useStrings();
  return (
    <select
      className="role"
      aria-label={label}
      value={role}
      onChange={(event) => onChange(event.target.value as Role)}
    >
      {(['reader', 'editor', 'owner'] as const).map((each) => (
        <option key={each} value={each}>
          {t.workspaces.roles[each]}
        </option>
      ))}
    </select>
  );
}
