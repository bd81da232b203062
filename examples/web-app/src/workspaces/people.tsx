/** Who is in a workspace, with what role: owners bring in, change and take out; everybody may leave. */
import { useCallback, useState } from 'react';
import type { Member, Role, Workspace } from '@sealscribe/sdk-browser';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { useAction } from '../use-action.js';
import { Invite } from './invite.js';
import { LeaveWorkspace } from './leave-workspace.js';
import { RoleChoice } from './role-choice.js';
import { useRefresh } from './use-refresh.js';

/** All of them, and for owners a way to bring in another. */
export function People({ workspace }: { workspace: Workspace }) {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { error: readError, run } = useAction();
  const { isRunning, error, run: act } = useAction();
  const [members, setMembers] = useState<readonly Member[]>([]);
  const { id } = workspace;
  const load = useCallback(
    () => run(async () => setMembers(await vault.workspaces.members(id))),
    [run, vault, id],
  );
  useRefresh(load);
  const change = (work: () => Promise<void>) =>
    void act(async () => {
      await work();
      setMembers(await vault.workspaces.members(id));
    });
  const isOwner = workspace.role === 'owner';
  const hasOtherOwner = members.some(
    ({ accountId, role, state }) => accountId !== vault.accountId && role === 'owner' && state === 'member',
  );
  return (
    <>
      <section className="card">
        <Notice>{error ?? readError}</Notice>
        <ul className="rows people" aria-label={t.workspaces.peopleTab}>
          {members.map((member) => (
            <MemberRow
              key={member.accountId}
              member={member}
              isSelf={member.accountId === vault.accountId}
              mayChange={isOwner && !isRunning}
              onRole={(role) => change(() => vault.workspaces.setRole(id, member.accountId, role))}
              onRemove={() => change(() => vault.workspaces.remove(id, member.accountId))}
            />
          ))}
        </ul>
      </section>
      {isOwner && <Invite workspace={workspace} onDone={() => void load()} />}
      <LeaveWorkspace workspace={workspace} mayLeave={!isOwner || hasOtherOwner} />
    </>
  );
}

function MemberRow({
  member,
  isSelf,
  mayChange,
  onRole,
  onRemove,
}: {
  member: Member;
  isSelf: boolean;
  mayChange: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
}) {
  const t = useStrings();
  const { email, fingerprint, role, state } = member;
  const name = email ?? fingerprint;
  return (
    <li className="row between">
      <span className="person">
        <span className="strong" dir="auto">
          {name}
        </span>
        {isSelf && <span className="hint"> · {t.workspaces.self}</span>}
        <br />
        <span className="hint mono" dir="ltr">
          {fingerprint}
        </span>
        {state !== 'member' && (
          <>
            <br />
            <span className="hint">{t.workspaces.states[state]}</span>
          </>
        )}
      </span>
      {isSelf || !mayChange ? (
        <span className="hint">{t.workspaces.roles[role]}</span>
      ) : (
        <span className="row">
          <RoleChoice label={t.workspaces.roleOf(name)} role={role} onChange={onRole} />
          <button
            type="button"
            className="danger"
            aria-label={t.workspaces.removeWhom(name)}
            onClick={onRemove}
          >
            {t.workspaces.remove}
          </button>
        </span>
      )}
    </li>
  );
}
