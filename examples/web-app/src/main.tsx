/** Starts the app in the page. A link to a share is taken out of the address bar before anything else runs. */
import './styles/index.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { SharePage } from './share/share-page.js';
import { takeShareLink } from './share/take-share-link.js';
import { StringsProvider } from './strings/strings.js';

const link = takeShareLink();
const place = document.getElementById('app');
if (place)
  createRoot(place).render(
    <StringsProvider>{link === undefined ? <App /> : <SharePage link={link} />}</StringsProvider>,
  );
