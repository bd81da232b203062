/** Where the parts of the recogniser lie, and what it may use. A type alone: the main bundle imports it too. */
export interface DeviceOptions {
  /**
   * Folder with the model and the runtime, as `sealscribe-device-files` fills it; `sealscribe-device/` beside the page by default.
   * It must be of the page's own origin.
   */
  files?: string | URL;
  /** Address of device-worker.js, for pages whose bundler does not find it by itself. Of the page's own origin too. */
  worker?: string | URL;
  /**
   * Threads of the recogniser; by default half as many as the processor's, up to 4. Where the page is not isolated (`crossOriginIsolated`)
   * there is one, whatever this says.
   */
  threads?: number;
}
