// Transcribes a recording on a Sealscribe server, seals the transcript here, stores it there, and opens it again.
//
//   SEALSCRIBE_SERVER=https://127.0.0.1:8443 SEALSCRIBE_FINGERPRINT=… \
//   SEALSCRIBE_EMAIL=you@example.com SEALSCRIBE_PASSWORD=… node quickstart.mjs recording.mp3
import { Sealscribe, toSrt } from '@sealscribe/sdk-node';

const { SEALSCRIBE_SERVER, SEALSCRIBE_FINGERPRINT, SEALSCRIBE_EMAIL, SEALSCRIBE_PASSWORD } = process.env;
const client = new Sealscribe({ server: SEALSCRIBE_SERVER, fingerprint: SEALSCRIBE_FINGERPRINT });

// The password stays here: the server gets a key derived from it that only signs in, and opens nothing.
const vault = await client.signUp({ email: SEALSCRIBE_EMAIL, password: SEALSCRIBE_PASSWORD });

// The server hears the recording in memory, answers, and forgets it.
const transcript = await client.transcribe({ path: process.argv[2] });

// Sealed here; what the server stores are bytes that it cannot read.
const { id } = await vault.save(transcript, { title: 'My first transcript' });

const opened = await vault.open(id);
console.log(toSrt(opened.transcript));
await client.close();
