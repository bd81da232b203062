// The worker in a browser that has no WebCodecs.
import './without-codecs.js';
import './sdk/device-worker.js';
