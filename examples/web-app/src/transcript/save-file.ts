/** Hands a file to the browser to be saved, under a name that every system takes. */

/** Saves `content` as a download. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  // eslint-disable-next-line no-control-regex -- these are what file systems refuse
  link.download = name.replace(/[\u0000-\u001f"*/:<>?\\|]/g, ' ').trim();
  link.click();
  // The download has begun by then; browsers read the rest on their own.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
