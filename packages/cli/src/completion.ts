/**
 * Completion for shells, written out from the program itself, so that it knows every command, option and choice. What is left are
 * file names, which the shell completes by itself. Nothing is asked of a server, and no id or title is ever suggested.
 */
import type { Command, Option } from 'commander';

/** The shells that a script can be written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** A command of the program, by the words that lead to it. */
interface Place {
  /** Nothing for the program itself, else for example `workspace add`. */
  readonly path: string;
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** What its first argument can be, where that is a choice. */
  readonly choices: readonly string[];
}

/** The script that teaches a shell this program. */
export function completionScript(shell: Shell, program: Command): string {
  const places = placesOf(program);
  const name = program.name();
  if (shell === 'fish') return fishScript(name, places);
  return shell === 'zsh' ? zshPrelude(name) + bashScript(name, places) : bashScript(name, places);
}

function placesOf(command: Command, above = ''): Place[] {
  const shown = command.createHelp();
  const commands = shown.visibleCommands(command).filter((each) => each.name() !== 'help');
  const place: Place = {
    path: above,
    commands,
    options: shown.visibleOptions(command),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
  const join = (each: Command) => `${above} ${each.name()}`.trim();
  return [place, ...commands.flatMap((each) => placesOf(each, join(each)))];
}

const choicesOf = (option: Option): readonly string[] => option.argChoices ?? [];
const flagsOf = ({ short, long }: Option): string[] => [short, long].filter((flag) => flag !== undefined);
/** What may follow at this place. */
const wordsOf = ({ commands, options, choices }: Place): string =>
  [...commands.map((command) => command.name()), ...choices, ...options.flatMap((o) => o.long ?? [])].join(
    ' ',
  );
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function bashScript(name: string, places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const values = places.flatMap(({ path, options }) =>
    options
      .filter((option) => choicesOf(option).length > 0)
      .map((option) => {
        const patterns = flagsOf(option).map((flag) => quoted(`${path} ${flag}`.trim()));
        return `    ${patterns.join(' | ')}) words=${quoted(choicesOf(option).join(' '))} ;;`;
      }),
  );
  // An option that takes a value without choices: a file, or something that only the person knows.
  const files = places.flatMap(({ path, options }) =>
    options
      .filter((option) => (option.required || option.optional) && choicesOf(option).length === 0)
      .flatMap((option) => flagsOf(option).map((flag) => quoted(`${path} ${flag}`.trim()))),
  );
  return `_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${at:+$at }\${COMP_WORDS[i]}"
    case "$next" in
    ${paths.join(' | ')}) at="$next" ;;
    esac
  done
  case "\${at:+$at }$prev" in
${values.join('\n')}
    ${files.join(' | ')}) return ;;
    *)
      case "$at" in
${places.map((place) => `      ${quoted(place.path)}) words=${quoted(wordsOf(place))} ;;`).join('\n')}
      esac ;;
  esac
  # Options, which stand behind the rest, only where one was begun: files come to the fore.
  case "$cur" in
  -*) ;;
  *) words="\${words%%--*}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _${name} ${name}
`;
}

const zshPrelude = (name: string): string => `#compdef ${name}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -D; }
autoload -Uz bashcompinit && bashcompinit
`;

function fishScript(name: string, places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const condition = `-n ${quoted(fishCondition(place, places))}`;
    const start = `complete -c ${name} ${condition}`;
    return [
      ...place.commands.map(
        (command) => `${start} -f -a ${quoted(command.name())} -d ${quoted(command.description())}`,
      ),
      ...(place.choices.length > 0 ? [`${start} -f -a ${quoted(place.choices.join(' '))}`] : []),
      ...place.options.map((option) => fishOption(start, option)),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** Holds where the words so far lead to this place and not on to one below it. */
function fishCondition({ path, commands }: Place, places: readonly Place[]): string {
  if (path === '') return '__fish_use_subcommand';
  const words = path.split(' ');
  const here = words.map((word) => `__fish_seen_subcommand_from ${word}`);
  // "list" is a command of its own and one of several others: the words in front of it decide.
  const tops = places.filter(
    (each) => each.path !== '' && !each.path.includes(' ') && each.path !== words[0],
  );
  const first = `not __fish_seen_subcommand_from ${tops.map((each) => each.path).join(' ')}`;
  const below = commands.map((command) => command.name()).join(' ');
  return [
    ...here,
    ...(words.length === 1 && !isNested(path, places) ? [first] : []),
    ...(below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`]),
  ].join('; and ');
}

const isNested = (path: string, places: readonly Place[]): boolean =>
  places.some((each) => each.path.startsWith(`${path} `));

function fishOption(start: string, option: Option): string {
  const values = choicesOf(option);
  const parts = [
    start,
    option.short === undefined ? '' : `-s ${option.short.slice(1)}`,
    option.long === undefined ? '' : `-l ${option.long.slice(2)}`,
    option.required ? '-r' : '',
    values.length > 0 ? `-f -a ${quoted(values.join(' '))}` : '',
    `-d ${quoted(option.description)}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
