import { describe, expect, test } from 'vitest';
import { chooseFormat, parseId, markIds, withoutMark } from '../src/options.js';

const ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const DASHED = '-oAAAAAAAAAAAAAAAAAAAA';

describe('ids that begin with a dash', () => {
  test('are ids and never options, where they stand', () => {
    expect(markIds(['add', DASHED, ID, '--json'])).toEqual(['add', `id:${DASHED}`, ID, '--json']);
    expect(parseId(`id:${DASHED}`)).toBe(DASHED);
    expect(withoutMark(`id:${DASHED}`)).toBe(DASHED);
    expect(withoutMark('id:ea@example.com')).toBe('id:ea@example.com');
    const others = ['rm', '--password', DASHED, '--new-password', DASHED, '--', DASHED];
    expect(markIds(others)).toEqual(others);
  });

  test('change nothing for other arguments', () => {
    const args = ['export', ID, '--format', 'srt', '-o', 'a.srt', '--password-stdin'];
    expect(markIds(args)).toEqual(args);
  });
});

test('an id is 22 characters of canonical base64url', () => {
  expect(parseId(ID)).toBe(ID);
  expect(parseId(DASHED)).toBe(DASHED);
  for (const wrong of ['', 'abc', `${ID}A`, `${ID.slice(1)}B`, '../../../../etc/passwdA'])
    expect(() => parseId(wrong)).toThrow('22 characters');
});

test('the format is the one asked for, or that of the file name, or plain text', () => {
  expect(chooseFormat('vtt', 'a.srt')).toBe('vtt');
  expect(chooseFormat(undefined, 'a.b.SRT')).toBe('srt');
  expect(chooseFormat(undefined, 'a.doc')).toBe('txt');
  expect(chooseFormat(undefined, undefined)).toBe('txt');
});
