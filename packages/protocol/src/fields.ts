/**
 * Fields that many requests and answers have. Bytes inside JSON are canonical unpadded base64url; ids are 16 bytes that the
 * client made.
 */
import * as z from 'zod/mini';

/** 22 characters of unpadded canonical base64url: 16 bytes. */
export const ID_PATTERN = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** Canonical unpadded base64url of exactly `bytes` bytes. */
export function base64urlOf(bytes: number) {
  const whole = Math.floor((bytes * 8) / 6);
  const last = ['', '', '[AQgw]', '', '[AEIMQUYcgkosw048]'][(bytes * 8) % 6] ?? '';
  return z.string().check(z.regex(new RegExp(`^[A-Za-z0-9_-]{${whole}}${last}$`)));
}

export const idSchema = z.string().check(z.regex(ID_PATTERN));
export const revision = z.int().check(z.gte(1));
export const timestamp = z.iso.datetime();
export const email = z
  .string()
  .check(z.minLength(3), z.maxLength(320), z.regex(/^[^\s\p{Cc}]+@[^\s\p{Cc}]+$/u));
export const salt = base64urlOf(16);
export const authKey = base64urlOf(32);
export const iterations = z.int().check(z.gte(1), z.lte(10_000_000));
/** A 32-byte key sealed under another: 24 + 32 + 48 bytes of Cobblestone-256. */
export const wrappedKey = base64urlOf(104);
