/** Which screen is shown: the welcome until a vault is open, then what the address says. */
import { Welcome } from './account/welcome.js';
import { AccountScreen } from './account/account-screen.js';
import { Frame } from './frame.js';
import { JobsProvider } from './library/jobs.js';
import { LibraryScreen } from './library/library-screen.js';
import { RecordScreen } from './live/record-screen.js';
import { useRoute, type Route } from './route.js';
import { SessionProvider, useSession } from './session.js';
import { ServerScreen } from './transcript/server-screen.js';
import { TranscriptScreen } from './transcript/transcript-screen.js';
import { SpaceProvider } from './workspaces/space.js';
import { WorkspaceScreen } from './workspaces/workspace-screen.js';
import { WorkspacesScreen } from './workspaces/workspaces-screen.js';

/** The whole app. */
export function App() {
  return (
    <SessionProvider>
      <Screens />
    </SessionProvider>
  );
}

function Screens() {
  const { session } = useSession();
  const route = useRoute();
  if (!session) return <Welcome />;
  const workspace = 'workspace' in route ? route.workspace : undefined;
  return (
    <JobsProvider key={session.vault.accountId}>
      <Frame>
        <SpaceProvider key={workspace} workspace={workspace}>
          {screenOf(route)}
        </SpaceProvider>
      </Frame>
    </JobsProvider>
  );
}

function screenOf(route: Route) {
  switch (route.screen) {
    case 'library':
      return <LibraryScreen />;
    case 'record':
      return <RecordScreen />;
    case 'account':
      return <AccountScreen />;
    case 'workspaces':
      return <WorkspacesScreen />;
    case 'workspace':
      return <WorkspaceScreen />;
    case 'transcript':
      return <TranscriptScreen key={route.id} id={route.id} at={route.at} />;
    case 'server':
      return <ServerScreen key={route.id} id={route.id} />;
  }
}
