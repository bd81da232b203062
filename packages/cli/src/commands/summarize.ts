/**
 * `sealscribe summarize`: a summary of one transcript, made on this computer or by a language model that the person names. The
 * Sealscribe server has no part in it.
 */
import { askModel, chatModel, summarize, type LanguageModel } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { parseId, parseNumber, withAccount, withServer } from '../options.js';
import { printData, printJson, toClock } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  modelUrl?: string;
  model?: string;
  contextTokens?: number;
  question?: string;
  sentences?: number;
  json?: true;
}

const HELP = `
Without a model, the sentences that matter most are picked out, with their times. With
--model-url, the transcript is sent in the clear to the model there, which you choose: Ollama
or llama.cpp on this computer, or a service whose key is in SEALSCRIBE_MODEL_KEY.

Examples:
  $ sealscribe summarize ID
  $ sealscribe summarize ID --model-url http://127.0.0.1:11434/v1 --model llama3.2
  $ sealscribe summarize ID --model-url http://127.0.0.1:11434/v1 --model llama3.2 \\
      --question "What was decided?"`;

/** Adds the command to the program. */
export function registerSummarize(program: Command, terminal: Terminal): void {
  const command = program
    .command('summarize')
    .description('summarise a transcript, or ask a model of yours about it')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .option('--model-url <url>', 'OpenAI-compatible address of a model, up to and with /v1')
    .option('--model <name>', 'name of the model there')
    .option('--context-tokens <number>', 'what the model takes in at a time (default: 8192)', parseNumber)
    .option('--question <text>', 'answer this instead; needs a model')
    .option('--sentences <number>', 'how many sentences without a model (default: 5)', parseNumber);
  withAccount(withServer(command))
    .option('--json', 'print {"id","summary"} or {"id","sentences"} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: Flags) => {
      const connection = await connect(terminal, flags);
      const model = chooseModel(flags, await connection.settings.server(), terminal);
      const { transcript } = await (await openVault(connection)).open(id, { words: false });
      if (model) {
        const summary = await askModel(model, transcript, {
          question: flags.question,
          signal: terminal.signal,
        });
        return flags.json ? printJson(terminal, { id, summary }) : printData(terminal, `${summary}\n`);
      }
      const { sentences: wanted } = flags;
      const sentences = summarize(transcript, wanted === undefined ? {} : { sentences: wanted });
      if (flags.json) return printJson(terminal, { id, sentences });
      await printData(terminal, sentences.map(({ start, text }) => `[${toClock(start)}] ${text}\n`).join(''));
    });
}

function chooseModel(flags: Flags, server: string, terminal: Terminal): LanguageModel | undefined {
  const { modelUrl, model, question, contextTokens } = flags;
  if (modelUrl === undefined) {
    if (model !== undefined || question !== undefined)
      throw new CliError('usage', '--model and --question need --model-url.');
    return undefined;
  }
  if (model === undefined) throw new CliError('usage', '--model-url needs --model NAME.');
  try {
    const key = terminal.env.SEALSCRIBE_MODEL_KEY || undefined;
    return chatModel({ url: modelUrl, model, key, contextTokens, server });
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new CliError('usage', `This model cannot be used: ${error.message}.`, { cause: error });
    throw error;
  }
}
