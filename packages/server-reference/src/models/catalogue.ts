/**
 * The table of models that can be downloaded by name: what they are, where their ONNX exports lie on the Hugging Face hub, and,
 * where the revision is a commit, sizes and hashes as several independent projects publish them for that commit. The other
 * rows name a branch: what the hub announces at the first download is checked, and kept in the model's manifest from then on.
 */
import type { RegistryEntry, RegistryFile } from './registry-entry.js';

/** The 99 languages of Whisper. */
const WHISPER_LANGUAGES =
  'en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jv su'.split(
    ' ',
  );
/** The 25 of Parakeet v3 and Canary v2. */
const EUROPEAN = 'en bg hr cs da nl et fi fr de el hu it lv lt mt pl pt ro ru sk sl es sv uk'.split(' ');

const file = (path: string, size?: number, sha256?: string): RegistryFile => ({
  path,
  ...(size !== undefined && { size }),
  ...(sha256 !== undefined && { sha256 }),
});

const whisper = (
  size: string,
  repository: string,
  description: string,
  languages: readonly string[] = size.endsWith('.en') ? ['en'] : WHISPER_LANGUAGES,
): RegistryEntry => ({
  name: size.startsWith('distil') ? size : `whisper-${size}`,
  title: size.startsWith('distil') ? `Distil-Whisper ${size.slice(7)}` : `Whisper ${size}`,
  family: 'whisper',
  languages,
  description,
  licence: 'MIT',
  repository,
  revision: 'main',
  files: [
    file('config.json'),
    file('generation_config.json'),
    file('tokenizer.json'),
    file('onnx/encoder_model_quantized.onnx'),
    file('onnx/decoder_model_merged_quantized.onnx'),
  ],
});

const moonshine = (size: string, description: string): RegistryEntry => ({
  name: `moonshine-${size}`,
  title: `Moonshine ${size} (English)`,
  family: 'moonshine',
  languages: ['en'],
  description,
  licence: 'MIT',
  repository: `onnx-community/moonshine-${size}-ONNX`,
  revision: 'main',
  files: [
    file('tokenizer.json'),
    file('onnx/encoder_model_quantized.onnx'),
    file('onnx/decoder_model_merged_quantized.onnx'),
  ],
});

/** NVIDIA's models, in the exports made for the onnx-asr project. */
const nemo = (
  name: string,
  rest: Pick<RegistryEntry, 'title' | 'family' | 'languages' | 'description' | 'files'>,
  revision = 'main',
): RegistryEntry => ({
  name,
  ...rest,
  licence: 'CC-BY-4.0',
  repository: `istupakov/${name}-onnx`,
  revision,
});

/** All models, by family and size. */
export const CATALOGUE: readonly RegistryEntry[] = [
  moonshine('tiny', 'The embedded default in another export of the same weights.'),
  moonshine('base', 'More accurate than tiny, about twice the work; English only.'),

  whisper('tiny', 'onnx-community/whisper-tiny_timestamped', 'Smallest Whisper, 99 languages.'),
  whisper('tiny.en', 'onnx-community/whisper-tiny.en_timestamped', 'Smallest Whisper, English only.'),
  whisper('base', 'onnx-community/whisper-base_timestamped', 'Small Whisper, 99 languages.'),
  whisper('base.en', 'onnx-community/whisper-base.en_timestamped', 'Small Whisper, English only.'),
  whisper('small', 'onnx-community/whisper-small_timestamped', 'Good quality in the larger languages.'),
  whisper('small.en', 'onnx-community/whisper-small.en_timestamped', 'Good quality, English only.'),
  whisper('medium', 'onnx-community/whisper-medium_timestamped', 'High quality, slow on processors.'),
  whisper('medium.en', 'onnx-community/whisper-medium.en_timestamped', 'High quality, English only, slow.'),
  whisper('large-v2', 'Xenova/whisper-large-v2', 'For graphics processors; no word times.'),
  whisper('large-v3', 'Xenova/whisper-large-v3', 'Best Whisper; for graphics processors; no word times.'),
  whisper(
    'large-v3-turbo',
    'onnx-community/whisper-large-v3-turbo_timestamped',
    'Nearly large-v3, several times faster.',
  ),
  whisper('distil-small.en', 'onnx-community/distil-small.en', 'Fast and good, English only.', ['en']),
  whisper('distil-medium.en', 'distil-whisper/distil-medium.en', 'Fast and better, English only.', ['en']),
  whisper('distil-large-v3', 'distil-whisper/distil-large-v3', 'Close to large-v3, English only.', ['en']),
  whisper('distil-large-v3.5', 'onnx-community/distil-large-v3.5-ONNX', 'Close to large-v3, English only.', [
    'en',
  ]),

  {
    name: 'wav2vec2-base-960h',
    title: 'wav2vec 2.0 base (English)',
    family: 'ctc',
    languages: ['en'],
    description: 'Trained on LibriSpeech; writes upper case without punctuation.',
    licence: 'Apache-2.0',
    repository: 'onnx-community/wav2vec2-base-960h-ONNX',
    revision: '729c1a6730fb549c20a1c73a3d3f96f11020225e',
    files: [
      file(
        'onnx/model_quantized.onnx',
        95_212_816,
        '1d9a366c27b2966625cd5035ac3db8847c53bba617169912bb251b42975a3a22',
      ),
      file('vocab.json', 358, '4178db26b3c7570f6a47f14ac6a1c7b32950b8c2800fb097287e53776934f1c5'),
      file('preprocessor_config.json'),
    ],
  },
  nemo('parakeet-ctc-0.6b', {
    title: 'Parakeet CTC 0.6B (English)',
    family: 'ctc',
    languages: ['en'],
    description: 'Accurate and fast for its size; lower case without punctuation.',
    files: [file('model.int8.onnx'), file('vocab.txt')],
  }),
  nemo('parakeet-rnnt-0.6b', {
    title: 'Parakeet RNN-T 0.6B (English)',
    family: 'transducer',
    languages: ['en'],
    description: 'Accurate; lower case without punctuation.',
    files: [file('encoder-model.int8.onnx'), file('decoder_joint-model.int8.onnx'), file('vocab.txt')],
  }),
  nemo(
    'parakeet-tdt-0.6b-v2',
    {
      title: 'Parakeet TDT 0.6B v2 (English)',
      family: 'transducer',
      languages: ['en'],
      description: 'Among the most accurate for English, with punctuation and times.',
      files: [
        file(
          'encoder-model.int8.onnx',
          652_184_014,
          '3e0581fda6ab843888b51e56d7ee78b6d5bc3237ec113af1f732d1d5286aa155',
        ),
        file(
          'decoder_joint-model.int8.onnx',
          8_998_286,
          'a449f49acd68979d418651dd2dcb737cc0f1bf0225e009e29ee326354edbf7d3',
        ),
        file('vocab.txt', 9_384, 'ec182b70dd42113aff6c5372c75cac58c952443eb22322f57bbd7f53977d497d'),
      ],
    },
    '0bbb45a3365852604aef28b538a8f066f4ccaa85',
  ),
  nemo(
    'parakeet-tdt-0.6b-v3',
    {
      title: 'Parakeet TDT 0.6B v3 (25 European languages)',
      family: 'transducer',
      languages: EUROPEAN,
      description: 'Accurate and fast; finds out the language but does not say which it was.',
      files: [
        file(
          'encoder-model.int8.onnx',
          652_183_999,
          '6139d2fa7e1b086097b277c7149725edbab89cc7c7ae64b23c741be4055aff09',
        ),
        file(
          'decoder_joint-model.int8.onnx',
          18_202_004,
          'eea7483ee3d1a30375daedc8ed83e3960c91b098812127a0d99d1c8977667a70',
        ),
        file('vocab.txt', 93_939, 'd58544679ea4bc6ac563d1f545eb7d474bd6cfa467f0a6e2c1dc1c7d37e3c35d'),
      ],
    },
    '8f23f0c03c8761650bdb5b40aaf3e40d2c15f1ce',
  ),
  nemo(
    'canary-180m-flash',
    {
      title: 'Canary 180M Flash (English, German, French, Spanish)',
      family: 'canary',
      languages: ['en', 'de', 'fr', 'es'],
      description: 'Small and accurate; must be told the language.',
      files: [
        file(
          'encoder-model.int8.onnx',
          133_710_896,
          '996d1c89e6cbc891a7c88bf410884c178ffa474f7b13084522ac74a5e144cc81',
        ),
        file(
          'decoder-model.int8.onnx',
          79_520_211,
          '9dd9c447872088c912e916d73751f9621a54085d5bc46788454fe904db51a914',
        ),
        file('vocab.txt', 53_555, '2dae6fc7815f9640645e0c765522b278ee0cef49b482d91f6913e334628d3e77'),
      ],
    },
    '92c2231a4e2b2524277fea759be967d2e6edfc49',
  ),
  nemo(
    'canary-1b-v2',
    {
      title: 'Canary 1B v2 (25 European languages)',
      family: 'canary',
      languages: EUROPEAN,
      description: 'High quality; must be told the language.',
      files: [
        file(
          'encoder-model.int8.onnx',
          859_078_138,
          '6d96e9945898e5ace48f4efecd459ca1df81859730be27b8af6b197639403ee1',
        ),
        file(
          'decoder-model.int8.onnx',
          170_040_374,
          '52d83aa7aad41fbbe4f9dfcd341d784735a6eb4c6eb0d3290fc27a0d8ac39abf',
        ),
        file('vocab.txt', undefined, '2c9efe6104fd29522ea27ce0e3aef5d37c690af4e5a4232e643e23ca403ffea3'),
      ],
    },
    '5ebc1520cef7b6b318b3526ad17adbfe00bc1bfc',
  ),
];
