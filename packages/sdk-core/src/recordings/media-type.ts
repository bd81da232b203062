/** Media types of recordings by the extensions of their files: enough for a player, which looks into the bytes itself. */
const types: Record<string, string> = {
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  weba: 'audio/webm',
  webm: 'video/webm',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
};

/** The media type that a file name speaks of; empty where it says nothing. */
export function typeOfName(name: string | undefined): string {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(types, extension) && types[extension]) || '';
}
