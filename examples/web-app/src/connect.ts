/** The server that the page came from. */
import { IndexedDbCache, IndexedDbStay, Sealscribe } from '@sealscribe/sdk-browser';

/** A client of it. What it may keep in this browser is sealed, or asked for by whoever wants to stay signed in. */
export function connect(): Sealscribe {
  return new Sealscribe({
    server: window.location.origin,
    cache: new IndexedDbCache(),
    stay: new IndexedDbStay(),
    worker: true,
    device: { files: '/sealscribe-device/' },
  });
}
