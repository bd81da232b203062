// Which new passwords are refused, and that the words of a refusal hold nothing of them.
import { describe, expect, test } from 'vitest';
import { COMMON_PASSWORDS } from '../src/common-passwords.js';
import { SealscribeError } from '../src/errors.js';
import { checkNewPassword } from '../src/new-password.js';

const EMAIL = 'Alexandra.Pemberton@Example.com';

function refusalOf(password: string, email = EMAIL): string | undefined {
  try {
    checkNewPassword(password, email);
    return undefined;
  } catch (failure) {
    expect(failure).toBeInstanceOf(SealscribeError);
    expect(failure).toMatchObject({ code: 'weak_password' });
    return (failure as Error).message;
  }
}

describe('a new password', () => {
  test.each(['', 'a', 'Xk7#pQ2', '🔑🔑🔑🔑🔑🔑🔑', 'ﬀﬀ'])('%s is too short', (password) => {
    expect(refusalOf(password)).toContain('at least 8 characters');
  });

  test.each(['Xk7#pQ2u', '🔑🔑🔑🔑🔑🔑🔑🔑', 'correct horse battery staple', 'x'.repeat(5000), 'пароль мой'])(
    '%s will do',
    (password) => {
      expect(refusalOf(password)).toBeUndefined();
    },
  );

  test('is none of the 3,000 most common ones, in any case', () => {
    const list = COMMON_PASSWORDS.trim().split(/\s+/);
    expect(new Set(list).size).toBe(3000);
    for (const each of list) {
      expect([...each].length).toBeGreaterThanOrEqual(8);
      expect(refusalOf(each), each).toContain('choose most');
      expect(refusalOf(each.toUpperCase()), each).toContain('choose most');
    }
    for (const each of ['password', '12345678', '1qaz2wsx', 'trustno1', 'iloveyou'])
      expect(list).toContain(each);
    expect(refusalOf('ｐａｓｓｗｏｒｄ')).toContain('choose most');
  });

  test.each([
    ...[
      'alexandra.pemberton',
      'Alexandra.Pemberton@Example.com',
      'pemberton-1984',
      'EXAMPLE!1',
      'sealscribe',
    ],
    ...['Sealscribe2026!', 'alexandra_sealscribe', 'my transcript', 'password-1234'],
  ])('%s is little but the email and words of the service', (password) => {
    expect(refusalOf(password)).toContain('besides the email');
  });

  test.each(['alexandra likes tangerines', 'sealscribe keeps tangerines'])(
    '%s is more than that',
    (password) => {
      expect(refusalOf(password)).toBeUndefined();
    },
  );

  test('short pieces of an email are in many words', () => {
    expect(refusalOf('adagio on 3', 'ada@x.io')).toBeUndefined();
  });

  test('is in no message', () => {
    for (const password of ['Xk7#pQ2', 'trustno1', 'pemberton-1984'])
      expect(refusalOf(password)).not.toContain(password);
  });
});
