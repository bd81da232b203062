// @ts-check
// Reads a Dockerfile strictly: the instructions and forms that ours has, and no others, so that what carries them out (build.mjs
// beside this file) never passes over one. Reference: https://docs.docker.com/reference/dockerfile/

/**
 * @typedef {{ instruction: string, value: string, line: number }} Step One instruction as it is written, variables and all.
 * @typedef {{ name: string, base: string, steps: Step[] }} Stage `base` is an image with its tag, or an earlier stage's name.
 * @typedef {{ env: Record<string, string>, user: string, volumes: string[], port: string, workdir: string, entrypoint: string[],
 *   healthcheck: string[] }} ImageConfig What an image says about its container.
 */

const STEPS = ['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT'];

/** @param {number} line @param {string} what @returns {never} */
function refuse(line, what) {
  throw new Error(`Dockerfile, line ${line}: ${what}`);
}

/** Instructions with their continued lines as one. @param {string} text @returns {Step[]} */
function instructions(text) {
  /** @type {Step[]} */
  const found = [];
  let open = false;
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const part = line.replace(/\\$/, '');
    const last = found.at(-1);
    if (open && last !== undefined) last.value += part;
    else {
      const [, instruction, value] = /^([A-Z]+) (.+)$/.exec(part) ?? refuse(at + 1, 'no instruction');
      found.push({ instruction: String(instruction), value: String(value), line: at + 1 });
    }
    open = part !== line;
  }
  return found.map((step) => ({ ...step, value: step.value.trim() }));
}

/**
 * The stages, in order, with the arguments' defaults in their places.
 * @param {string} text
 * @returns {Stage[]}
 * @throws {Error} naming the line, for whatever is not understood.
 */
export function parseDockerfile(text) {
  /** @type {Stage[]} */
  const stages = [];
  /** @type {Map<string, string>} */
  const args = new Map();
  for (const step of instructions(text)) {
    const { instruction, value, line } = step;
    const stage = stages.at(-1);
    if (instruction === 'ARG') {
      const [, name, fallback] = /^(\w+)=(\S+)$/.exec(value) ?? refuse(line, 'ARG is NAME=DEFAULT here');
      if (stage !== undefined) refuse(line, 'ARG stands before the first FROM here');
      args.set(String(name), String(fallback));
    } else if (instruction === 'FROM') {
      const [, image = '', name = ''] =
        /^(\S+) AS ([\w-]+)$/.exec(value) ?? refuse(line, 'FROM is IMAGE AS NAME here');
      const base = image.replace(/\$\{(\w+)\}/g, (_, arg) => args.get(arg) ?? refuse(line, `no ARG ${arg}`));
      stages.push({ name, base, steps: [] });
    } else if (stage === undefined || !STEPS.includes(instruction)) {
      refuse(line, `${instruction} is not understood`);
    } else {
      understand(step);
      stage.steps.push(step);
    }
  }
  return stages;
}

/** Refuses a step whose form has a meaning that is not carried out. @param {Step} step */
function understand(step) {
  const { instruction, value, line } = step;
  if (instruction === 'RUN' && /^(--|\[|<<)/.test(value)) refuse(line, 'RUN is a line of shell here');
  if (instruction === 'COPY') copyOf(step);
  if (instruction === 'ENV') variablesOf(step);
  if (instruction === 'USER' && !/^\d+:\d+$/.test(value)) refuse(line, 'USER is UID:GID here');
  if (['VOLUME', 'WORKDIR'].includes(instruction) && !/^\/\S*$/.test(value))
    refuse(line, `${instruction} is one absolute path here`);
  if (instruction === 'EXPOSE' && !/^\d+$/.test(value)) refuse(line, 'EXPOSE is one port here');
  if (['ENTRYPOINT', 'HEALTHCHECK'].includes(instruction)) commandOf(step);
}

/** @param {Step} step @returns {{ from: string | undefined, source: string, target: string }} */
export function copyOf({ value, line }) {
  const [, from, source, target] =
    /^(?:--from=([\w-]+) )?([^\s*?[-]\S*) (\S+)$/.exec(value) ??
    refuse(line, 'COPY is [--from=STAGE] A B here');
  return { from, source: String(source), target: String(target) };
}

/** @param {Step} step @returns {Record<string, string>} */
function variablesOf({ value, line }) {
  const pairs = value.split(/\s+/).map((pair) => /^(\w+)=([^"'$\\]*)$/.exec(pair));
  return Object.fromEntries(
    pairs.map((pair) => [pair?.[1] ?? refuse(line, 'ENV is NAME=VALUE … here, unquoted'), pair?.[2] ?? '']),
  );
}

/** @param {Step} step @returns {string[]} */
function commandOf({ value, line }) {
  const [, json] =
    /^(?:(?:--[a-z-]+=\w+ )*CMD )?(\[.*\])$/.exec(value) ?? refuse(line, 'a command is a list here');
  return JSON.parse(String(json));
}

/**
 * What a stage says about its container, with what the stages that it stands on say.
 * @param {Stage[]} stages @param {string} name
 * @returns {ImageConfig}
 */
export function configOf(stages, name) {
  const stage = stages.find((each) => each.name === name);
  /** @type {ImageConfig} */
  const config =
    stage === undefined
      ? { ...{ env: {}, user: '0:0', volumes: [], port: '', workdir: '/', entrypoint: [], healthcheck: [] } }
      : configOf(stages, stage.base);
  for (const step of stage?.steps ?? []) {
    const { instruction, value } = step;
    if (instruction === 'ENV') Object.assign(config.env, variablesOf(step));
    if (instruction === 'USER') config.user = value;
    if (instruction === 'VOLUME') config.volumes.push(value);
    if (instruction === 'EXPOSE') config.port = value;
    if (instruction === 'WORKDIR') config.workdir = value;
    if (instruction === 'ENTRYPOINT') config.entrypoint = commandOf(step);
    if (instruction === 'HEALTHCHECK') config.healthcheck = commandOf(step);
  }
  return config;
}
