// The server's archives as the SDK reads them, whole and damaged: the same files, or an archive that is refused as such.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { tar, tarSize } from '../../../server-reference/src/tar.js';
import { TarFiles } from '../../src/archive/read-tar.js';
import { IntegrityError } from '../../src/errors.js';

const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_./ '), minLength: 1, maxLength: 100 });
const files = fc.uniqueArray(
  fc.record({ name, bytes: fc.uint8Array({ maxLength: 1100 }), at: fc.nat(2 ** 31) }),
  { maxLength: 5, selector: (file) => file.name },
);

async function write(list: readonly { name: string; bytes: Uint8Array; at: number }[]) {
  const announced = list.map(({ name, bytes, at }) => ({
    name,
    size: bytes.length,
    changedAt: new Date(at * 1000),
    read: async () => bytes,
  }));
  const pieces: Uint8Array[] = [];
  for await (const piece of tar(announced)) pieces.push(piece);
  const archive = new Uint8Array(Buffer.concat(pieces));
  expect(archive.length).toBe(tarSize(announced));
  return archive;
}

it('every file comes out as it went in, from memory and from a file', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.boolean(), async (list, asBlob) => {
      const archive = await write(list);
      const read = await TarFiles.read(asBlob ? new Blob([archive]) : archive);
      expect([...read.names()]).toEqual(list.map((file) => file.name));
      for (const { name, bytes } of list) {
        expect(read.size(name)).toBe(bytes.length);
        expect(Buffer.compare((await read.read(name))!, bytes)).toBe(0);
      }
    }),
    cases(1_000),
  );
});

it('a damaged archive is refused as damaged, or still has whole files', async () => {
  const change = fc.tuple(fc.nat(10_000), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.array(change, { maxLength: 4 }),
      fc.option(fc.nat(6000)),
      async (list, changes, end) => {
        const archive = (await write(list)).subarray(0, end ?? undefined);
        for (const [at, value] of changes) if (at < archive.length) archive[at] = value;
        try {
          const read = await TarFiles.read(archive);
          for (const found of read.names()) expect(await read.read(found)).toHaveLength(read.size(found)!);
        } catch (error) {
          expect(error).toBeInstanceOf(IntegrityError);
          expect((error as IntegrityError).code).toBe('malformed');
        }
      },
    ),
    cases(2_000),
  );
});

it('an archive that was cut off anywhere is refused', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 5000 }), async (list, missing) => {
      const archive = await write(list);
      const cutOff = archive.subarray(0, Math.max(0, archive.length - missing));
      await expect(TarFiles.read(cutOff)).rejects.toThrow(IntegrityError);
    }),
    cases(500),
  );
});

it('an archive that names a file twice is refused', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.nat(), fc.nat(), async (list, which, where) => {
      fc.pre(list.length > 0);
      const twice = [...list];
      twice.splice(where % (list.length + 1), 0, list[which % list.length]);
      await expect(TarFiles.read(await write(twice))).rejects.toThrow(IntegrityError);
    }),
    cases(500),
  );
});
