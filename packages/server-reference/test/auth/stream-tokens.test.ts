import { describe, expect, it } from 'vitest';
import { streamTokenSchema } from '@sealscribe/protocol';
import { StreamTokens } from '../../src/auth/stream-tokens.js';
import { StreamPlaces } from '../../src/transcription/stream-places.js';

describe('tokens of streams', () => {
  it('open one stream, of the account that asked', () => {
    const tokens = new StreamTokens();
    const made = tokens.create('ann');
    expect(streamTokenSchema.parse(made)).toEqual(made);
    expect(tokens.create('ben').token).not.toBe(made.token);
    expect(tokens.redeem(made.token)).toBe('ann');
    expect(tokens.redeem(made.token)).toBeUndefined();
    expect(tokens.redeem('unknown')).toBeUndefined();
  });
  it('are good for a minute', () => {
    let now = 1_000_000;
    const tokens = new StreamTokens(() => now);
    const [early, late] = [tokens.create('ann').token, tokens.create('ann').token];
    now += 59_999;
    expect(tokens.redeem(early)).toBe('ann');
    now += 1;
    expect(tokens.redeem(late)).toBeUndefined();
  });
  it('are not made without end, until old ones have run out', () => {
    let now = 0;
    const tokens = new StreamTokens(() => now);
    const refused = expect.objectContaining({ code: 'rate_limited' });
    for (let i = 0; i < 100; i++) tokens.create('ann');
    expect(() => tokens.create('ann')).toThrow(refused);
    tokens.create('ben');
    now += 60_000;
    tokens.create('ann');
  });
});

describe('places of streams', () => {
  const busy = expect.objectContaining({ code: 'busy', status: 429 });
  it('are for several accounts, and come back once', () => {
    const places = new StreamPlaces(4);
    const given = [places.take('ann'), places.take('ann'), places.take('ann')];
    expect(() => places.take('ann')).toThrow(busy);
    places.take('ben');
    expect(() => places.take('cid')).toThrow(busy);
    given[0]?.();
    given[0]?.();
    places.take('cid');
    expect(() => places.check('ann')).toThrow(busy);
    expect(places.taken).toBe(4);
  });
  it('can be none, or one', () => {
    expect(() => new StreamPlaces(0).take('ann')).toThrow(busy);
    new StreamPlaces(1).take('ann');
  });
});
