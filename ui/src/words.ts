// Every word on screen, in one place, ready to be read as a whole and to be translated.
// Plain, kind and honest: what happened, what to do, and no promise that was not measured.

import type { Carrier, Cloak, CloakProgress, DestinationKind, Keep, Model, Naming, PhotoState, Theme, Topic } from './backend';
import { dimensions, number, size } from './format';
import { ledgerWords } from './ledger-words';
import type { Endings, Ending } from './state';

/** "1 photo", "1,204 photos". */
export function count(n: number, one: string, many: string): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

const photos = (n: number) => count(n, 'photo', 'photos');
const isVideo = (container: string) => ['mp4', 'mov'].includes(container.toLowerCase());

const ENDING: Record<Ending, string> = {
  cloaked: 'Cloaked',
  notCloaked: 'Not cloaked',
  done: 'Cleaned',
  alreadyClean: 'Already clean',
  refused: 'Refused',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const words = {
  app: 'Cloakroom',

  nav: {
    label: 'Pages',
    clean: 'Clean',
    ledger: 'Ledger',
    find: 'Find',
    settings: 'Settings',
    version: (version: string) => `Version ${version}`,
  },

  common: {
    dismiss: 'Dismiss',
    tryAgain: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    copyByHand: 'Selected. Press Ctrl+C to copy.',
    starting: 'Starting…',
    unreachable: {
      code: 'unreachable',
      message: 'The window lost touch with the rest of the app.',
      hint: 'Close Cloakroom and open it again. Photos that are finished stay finished, and originals are as they were.',
    },
  },

  drop: {
    title: (n: number) => (n > 0 ? `Drop ${count(n, 'item', 'items')}` : 'Drop here'),
    note: 'Photos, videos and folders. Nothing is written until you press Clean.',
    findNote: 'The first picture is looked up among your records. It is not changed.',
  },

  empty: {
    title: 'Drop photos or folders here',
    text: 'See what each photo would give away about you, then make clean copies to share.',
    choosePhotos: 'Choose photos',
    chooseFolder: 'Choose folder',
    facts: {
      formats: 'Works on JPEG, HEIC, PNG, WebP, AVIF, JPEG XL, GIF, TIFF and BMP, and on MP4 and MOV videos. Anything else is refused, with the reason.',
      pixels: 'The picture itself stays the same, pixel for pixel. Only what is attached to it goes.',
      cloaked: 'Copies are cloaked: their pixels are changed a little. Turn that off in Settings to leave the picture as it is.',
      offline: 'Everything happens on this computer. Nothing is sent anywhere.',
    },
  },

  /** Where the output lands, for the empty screen and the foot of the list. */
  lands: (kind: DestinationKind, folder: string, naming: Naming, cloaked = false) => {
    switch (kind) {
      case 'beside':
        return naming === 'keep'
          ? `Originals are never changed. Clean copies appear beside them as ${cloaked ? 'name_cloaked' : 'name_clean'}.jpg.`
          : 'Originals are never changed. Clean copies appear beside them.';
      case 'folder':
        return `Originals are never changed. Clean copies appear in the folder “${folder}”.`;
      case 'replace':
        return 'Clean copies take the place of the originals. The originals go to the trash.';
    }
  },
  change: 'Change',
  changeLands: 'Change where clean copies go',

  toolbar: {
    label: 'Photos',
    choosePhotos: 'Choose photos',
    chooseFolder: 'Choose folder',
    clean: (n: number) => (n > 0 ? `Clean ${photos(n)}` : 'Clean'),
    cloak: (n: number) => (n > 0 ? `Clean and cloak ${photos(n)}` : 'Clean and cloak'),
    cleaning: 'Cleaning…',
    cancel: 'Cancel',
    cancelKey: 'Esc',
    clear: 'Clear',
    clearTitle: 'Empty the list. No file is touched.',
  },

  progress: {
    label: 'Cleaning photos',
    text: (done: number, total: number) => `${number(done)} of ${photos(total)}`,
    looking: (n: number) => `Looking into ${photos(n)}…`,
    note: 'Cancel keeps what is finished and leaves the rest untouched.',
  },

  table: {
    label: 'Photos',
    photo: 'Photo',
    findings: 'Would give away',
    outcome: 'Outcome',
    actions: 'Actions',
    counted: (total: number, waiting: number) =>
      waiting > 0 && waiting < total ? `${photos(total)}, ${number(waiting)} waiting` : photos(total),
    keys: 'Arrow keys move, Enter opens, Delete takes a photo off the list.',
  },

  row: {
    facts: (container: string, width: number, height: number, bytes: number) =>
      `${container} · ${dimensions(width, height)} · ${size(bytes)}`,
    nothing: 'Nothing found',
    /** For chips; the count is shown beside it when there is more than one. */
    removed: 'Removed:',
    kept: 'Kept:',
    more: (n: number) => `+${n}`,
    moreSpoken: (n: number) => `and ${count(n, 'other kind', 'other kinds')}`,
    savedAs: 'Saved as',
    noCopy: 'No copy was needed',
    untouched: 'The original is as it was',
    notReplaced: 'Clean copy:',
    reveal: 'Reveal',
    revealTitle: (name: string) => `Show the clean copy of ${name} in its folder`,
    revealOriginal: (name: string) => `Show ${name} in its folder`,
    remove: (name: string) => `Take ${name} off the list`,
    tryAgain: (name: string) => `Clean ${name} again`,
    details: (name: string) => `Details of ${name}`,
  },

  cloak: {
    title: 'Cloak',
    label: 'Cloak against AI misuse',
    choices: {
      off: { name: 'Off', full: 'No cloak', text: 'The picture stays as it is, pixel for pixel.' },
      light: { name: 'Light', full: 'A light cloak', text: 'The least visible, though seen on plain backgrounds. Does the least.' },
      balanced: { name: 'Balanced', full: 'A balanced cloak', text: 'Seen on plain backgrounds. Look at the copy before you share it.' },
      strong: { name: 'Strong', full: 'A strong cloak', text: 'Does the most, and shows on skin and plain backgrounds.' },
    } satisfies Record<Cloak, { name: string; full: string; text: string }>,
    refine: { name: 'Refine', text: 'Works on each copy for longer, against every model at hand. Cancel keeps the best so far.' },
    what: 'A cloak changes the copy a little, to move what image generators and face recognisers see in it. It is not a lock. Today it is weak: face recognisers that it was made without still matched in nearly every photo tried. A report tells what it did to each copy.',
    limitsTitle: 'What a cloak does not do',
    limits: [
      'It raises the cost for lazy scrapers; it is not a lock. Published purifiers (noisy upscaling, DiffPure, EditorClean) remove every known scheme, and one clean photo elsewhere is enough. It does nothing for photos that are online already.',
      'It does not stop “nudify” or inpainting apps, or face swaps: an image encoder of 2025/26 with 32 channels still reproduces the person. What was measured are latents and face recognisers, not finished deepfakes.',
      'Out of the box it is weak. On six portraits at light, after an upload, the instant cloak moved what Sana’s encoder sees 1.4 times as far as plain noise of the same energy, Stable Diffusion 1.x’s 1.2 times, and FLUX.2’s no farther, too little to claim anything of these two. With the faces left as they are, which take most of what may be seen, it was 1.8, 1.5 and 1.2 times. On a family of models that it has not seen, expect little more than noise.',
      'Strong settings are visible on skin, every setting is on plain backgrounds such as sky and walls, and a similarity score such as SSIM alone hides that. Look at the picture.',
      'Screenshots, photographs of the screen and heavy denoising reduce it. Start again from the original, never from a cloaked copy.',
      'In eighteen portraits tried at balanced, the face recogniser that the cloak was made on matched no copy with its original after an upload, and three after a denoiser; two others that it was made without still matched seventeen and sixteen. The report tells it for each face of each photo. A recogniser that is trained anew may undo whatever was moved.',
    ],
    formats: 'JPEG, PNG, WebP and TIFF stay what they are; JPEG at no lower quality, WebP without loss and so larger. JPEG XL, HEIC and AVIF become JPEG or PNG; HEIC and AVIF only where libheif is installed. GIF, BMP, animations, files of several pages, CMYK and videos are cleaned but not cloaked, and the list says so.',
    stages: {
      wait: 'Waiting its turn…',
      decode: 'Decoding…',
      generate: 'Making the cloak…',
      findFaces: 'Looking for faces…',
      faces: 'Cloaking faces…',
      refine: 'Refining…',
      fit: 'Fitting the strength…',
      encode: 'Writing…',
      measure: 'The copy is saved. Measuring what it does…',
    } satisfies Record<CloakProgress['stage'], string>,
    left: (seconds: number) => (seconds >= 90 ? `about ${number(Math.round(seconds / 60))} min left` : `about ${number(seconds)} s left`),
    outcome: { yes: 'Cloaked', no: 'Not cloaked' },
    notTitle: 'Cleaned, but not cloaked',
  },

  cloakReport: {
    title: 'What the cloak does to this copy',
    measured: 'Measured on the finished file. Each number stands beside what plain noise of the same energy does, and what JPEG alone does.',
    strength: (name: string, steps: number) => (steps > 0 ? `${name}, refined in ${count(steps, 'step', 'steps')}` : name),
    visibility: 'Visibility',
    visibilityText: (value: string, most: string) => `${value}; made for ${most}, before the copy was saved`,
    visibilityNote: 'Butteraugli, 3-norm: how a person’s eye compares the two. Look at the picture all the same.',
    encoders: 'What image generators see',
    moved: (shift: string, noise: string) => `moved ${shift}; plain noise ${noise}`,
    columns: { model: 'Model', asIs: 'As it is', upload: 'After an upload', denoise: 'After denoising', crop: 'After a 60 % crop', jpeg: 'JPEG alone' },
    pair: (shift: string, noise: string) => `${shift} / ${noise}`,
    pairNote: 'Cloak / plain noise. How far the picture of the photo inside the model moved, as a share of its size. It means something where the first number is well above the second, and above JPEG alone.',
    heldOut: 'left out when the cloak was made',
    faces: 'Faces',
    face: (n: number) => `Face ${number(n)}`,
    noFace: 'No face was found. Only what image generators see was moved.',
    faceColumns: { model: 'Recogniser', before: 'Original', after: 'Cloaked copy', denoised: 'Denoised', limit: 'A match is below' },
    match: (distance: string) => `recognised (${distance})`,
    noMatch: (distance: string) => `not recognised (${distance})`,
    denoiser: (name: string) => `Denoiser: ${name}.`,
    stopped: 'Stopped early: this is the best cloak that there was until then.',
    notMeasured: 'What it does was not measured on this copy.',
    compare: 'Original and cloaked copy',
    divider: 'Where the original ends and the cloaked copy begins',
    dividerText: (share: number) => `${number(share)} % original`,
    difference: 'Show the difference, 8 times as strong',
    original: 'Original',
    cloaked: 'Cloaked',
    picture: 'The photo as it was',
    pictureCloaked: 'The photo with its cloak',
    pictureDifference: 'Where the two differ: grey where they do not',
    none: 'The pictures cannot be shown side by side: the original or the copy is not there any more.',
  },

  models: {
    title: 'Models',
    text: 'What cloaks are made and measured with. Model packs that you add make a cloak work against more, and its report tell more.',
    add: 'Add a model pack…',
    remove: 'Remove',
    removeTitle: (name: string) => `Remove the model ${name}`,
    none: 'There is no model here, so nothing can be cloaked.',
    loading: 'Reading the models…',
    origins: {
      ours: 'Ours',
      dependency: 'From a dependency',
      pack: 'Your pack',
    } satisfies Record<Model['origin'], string>,
    kinds: {
      latent: 'Encoder of image generators',
      meter: 'Stand-in for an encoder of image generators',
      generator: 'Makes cloaks',
      recogniser: 'Recognises faces',
      detector: 'Finds faces',
      landmarks: 'Finds eyes, nose and mouth',
    } satisfies Record<Model['kind'], string>,
    facts: (licence: string, bytes: number) => `Licence ${licence} · ${size(bytes)}`,
    digest: 'SHA-256',
  },

  outcome: {
    looking: 'Looking…',
    waiting: 'Ready',
    cleaning: 'Cleaning…',
    ...ENDING,
  } satisfies Record<PhotoState['kind'], string>,

  details: {
    gives: (container: string) => `What this ${isVideo(container) ? 'video' : 'photo'} would give away`,
    gaveNothing: 'Nothing was found that would give you away.',
    removed: 'Removed',
    removedNothing: 'There was nothing to remove.',
    kept: 'Kept because you asked for it',
    needs: (container: string, saved: boolean) =>
      `${saved ? 'Kept' : 'Stays,'} because the ${isVideo(container) ? 'video' : 'picture'} needs it`,
    stillThere: 'Still in the original, which is untouched',
    notes: 'Good to know',
    what: 'What happened',
    todo: 'What you can do',
    looking: 'Still looking into this photo…',
    showAll: (chars: number) => `Show all ${number(chars)} characters`,
    showLess: 'Show less',
    record: 'Show its ledger record',
    noRecord: 'No ledger record was made for this photo.',
  },

  summary: {
    /** The endings that occurred, as one spoken sentence. */
    spoken: (endings: Endings) => {
      const said = (Object.keys(ENDING) as Ending[])
        .filter((ending) => endings[ending] > 0)
        .map((ending) => `${number(endings[ending])} ${ENDING[ending].toLowerCase()}`);
      return said.length > 0 ? `Finished: ${said.join(', ')}.` : 'Finished: there was nothing to do.';
    },
    allWell: 'All done',
    mixed: 'Finished, and some photos need a look',
    cancelled: 'Stopped',
    ending: (ending: Ending, n: number) => `${number(n)} ${ENDING[ending].toLowerCase()}`,
    jump: (ending: Ending) => `${ENDING[ending]}: go to the next one`,
  },

  skipped: {
    title: (n: number) => `${count(n, 'file was', 'files were')} not added`,
    show: 'Show which',
    hide: 'Hide',
    more: (n: number) => `and ${number(n)} more`,
  },

  recording: {
    off: 'Recording is off: clean copies made now get no ledger record.',
    turnOn: 'Turn on',
    withoutRecording: 'Clean without recording',
    withoutRecordingNote: 'Turns recording off in Settings until you turn it on again.',
    blocked: 'The ledger cannot be written, so cleaning waits for your decision.',
    showFolder: 'Show the ledger’s folder',
  },

  /** How a format is written; the ledger keeps plain letters. */
  format: (container: string) => ({ jpeg: 'JPEG', png: 'PNG', webp: 'WebP', gif: 'GIF', heic: 'HEIC', avif: 'AVIF', jxl: 'JPEG XL', tiff: 'TIFF', bmp: 'BMP', mp4: 'MP4', mov: 'MOV' })[container] ?? container,

  topics: {
    place: { name: 'Place', why: 'Where the photo was taken, often to within a few metres.' },
    person: { name: 'Person', why: 'Names of who took it, owns it or is in it.' },
    device: { name: 'Device', why: 'The camera or phone. Serial numbers tie your photos together.' },
    time: { name: 'Time', why: 'When it was taken or changed.' },
    thumbnail: { name: 'Small picture', why: 'A hidden preview. It can show what was cropped away or covered.' },
    video: { name: 'Hidden video', why: 'A film or a second picture that viewers do not show.' },
    edit_history: { name: 'Editing', why: 'What was done to the photo, and from which files.' },
    provenance: { name: 'Origin record', why: 'Where the photo came from: signed statements, addresses.' },
    text: { name: 'Text', why: 'Titles, captions, comments and keywords.' },
    software: { name: 'Software', why: 'Which programs the photo went through.' },
    unknown: { name: 'Unknown data', why: 'Data that no standard explains. It could hold anything.' },
    picture: { name: 'Picture', why: 'What a viewer needs to show the photo as it is.' },
  } satisfies Record<Topic, { name: string; why: string }>,

  /** What a file tells without being opened. */
  outside: {
    title: 'The file itself',
    note: 'Told without opening it. A clean copy gets a neutral date and none of the notes. It keeps the name unless you choose other names in Settings.',
    left: 'Left behind with the original',
    stays: 'Stays with the copy',
    asItIs: 'The file itself, which is as it was',
    nameStays: 'The name stays because Settings say so; “Replace telling names” would change it.',
    carriers: {
      name: 'File name',
      times: 'File date',
      attribute: 'File notes',
      sidecar: 'Beside it',
    } satisfies Record<Carrier, string>,
  },

  ledger: {
    title: 'Ledger',
    intro: 'A record for each clean copy: digests that tell which file became which. No file names; small pictures only if you want them.',
    search: 'Search records',
    searchHint: 'Hash, format, date, recipient',
    find: 'Find a photo’s record…',
    findTitle: 'Choose an original or a clean copy; its digest is looked up here.',
    exportCsv: 'Export CSV',
    exportJson: 'Export JSON',
    exported: (n: number, name: string) => `${count(n, 'record', 'records')} written to ${name}.`,
    exportedPlain: (n: number) => `${count(n, 'record', 'records')} written.`,
    table: 'Ledger records',
    columns: { number: 'No.', time: 'Recorded', format: 'Format', picture: 'Picture', size: 'Clean copy', original: 'Original SHA-256' },
    open: (sequence: number) => `Open record ${number(sequence)}`,
    range: (from: number, to: number, total: number) => `${number(from)} to ${number(to)} of ${number(total)}`,
    newer: 'Newer',
    older: 'Older',
    loading: 'Reading the ledger…',
    none: 'No records yet',
    noneText: 'When you clean a photo, its record appears here.',
    noMatch: (text: string) => `No record matches “${text}”`,
    noMatchText: 'Search by the beginning of a record or hash, by a format such as JPEG, or by a date such as 2026-11-05.',
    found: (n: number) => `${count(n, 'record', 'records')} for the photo you chose`,
    notFound: 'No record for the photo you chose',
    notFoundText: 'The file is neither an original nor a clean copy of any record. A copy that an app or website has changed has another digest.',
    showAll: 'Show all records',
  },

  /** Key, anchors, proofs and backups. */
  custody: ledgerWords,

  record: {
    back: 'All records',
    title: (sequence: number) => `Record ${number(sequence)}`,
    id: 'Record',
    time: 'Recorded',
    timeNote: 'by this computer’s clock',
    format: 'Format',
    picture: 'Picture',
    pixels: (width: number, height: number) => `${dimensions(width, height)} pixels`,
    sizes: 'Size',
    sizesText: (before: string, after: string) => `${before} before, ${after} after`,
    app: 'Made with',
    appText: (version: string) => `Cloakroom ${version}`,
    hashes: 'Digests (SHA-256)',
    original: { name: 'Original', note: 'The file as it was before cleaning.' },
    output: { name: 'Clean copy', note: 'The file that was written.' },
    pixelsHash: { name: 'Picture', note: 'The upright picture alone, whatever the file around it.' },
    pixelsNone: 'Not taken for this photo.',
    chain: 'Chain',
    previous: { name: 'Record before', note: 'Ties this record to the one before it.' },
    hash: { name: 'This record', note: 'Changes if anything in this record is changed.' },
    copy: (name: string) => `Copy the digest “${name}”`,
  },

  settings: {
    title: 'Settings',
    saved: 'Changes are kept at once.',
    destination: {
      title: 'Where clean copies go',
      beside: { name: 'Beside the original', text: 'Originals are never changed. The copy appears in the same folder, by default as name_clean.jpg.' },
      folder: { name: 'In one folder', text: 'Originals are never changed. Folders you add keep their inner order there.' },
      folderNow: 'Now:',
      folderOther: 'Choose another…',
      replace: {
        name: 'In place of the original',
        text: 'The clean copy is written first, then the original is moved to the trash. Until you empty the trash, you can bring it back from there.',
      },
    },
    naming: {
      title: 'Names of clean copies',
      text: 'A file name can tell a date, an app or a person as well.',
      example: 'For example',
      keep: { name: 'Keep the name', text: 'The copy is called as the original is, and marked where it lies beside it.', from: 'beach.jpg', to: 'beach_clean.jpg' },
      safe: { name: 'Replace telling names', text: 'Names that cameras and messengers make, and names with a date or a long number, are replaced. Others stay.', from: 'IMG_20240131_154210.jpg', to: 'photo-k7m2x9.jpg' },
      sequence: { name: 'Number them', text: 'Photos of one run are counted through.', from: 'Anna birthday.jpg', to: 'photo-0001.jpg' },
      random: { name: 'Random', text: 'Every copy gets a name that says nothing, not even its place in a row.', from: 'Anna birthday.jpg', to: 'k7m2x9qdtr.jpg' },
      /** In a folder of its own, or in the original's place, a copy need not say that it is one. */
      keepAlone: 'beach.jpg',
    } satisfies Record<Naming, { name: string; text: string; from: string; to: string }> & Record<string, unknown>,
    keep: {
      title: 'What to keep',
      text: 'Everything goes unless you tick it here. What the picture needs to look right, such as its orientation and colours, always stays.',
      copyright: { name: 'Copyright', text: 'The copyright notice.' },
      artist: { name: 'Artist', text: 'The name of who made it. It is then in every copy.' },
      date: { name: 'Date', text: 'When the photo was taken.' },
      camera: { name: 'Camera', text: 'Maker and model; never serial numbers.' },
      place: { name: 'Place', text: 'Where it was taken. Anyone who gets the copy can read it.' },
      onlyPlace: 'Remove only the place',
      onlyPlaceText: 'keeps copyright, artist, date and camera. Captions, serial numbers, edits and everything else go all the same: a place can hide in them.',
    } satisfies Record<Keep, { name: string; text: string }> & Record<string, unknown>,
    keepTimes: {
      name: 'Keep file times',
      text: 'The copy carries the file dates of the original. When off, they say nothing about when the photo was taken.',
    },
    record: {
      title: 'Recording',
      name: 'Record each clean copy in the ledger',
      text: 'For each copy, the ledger notes the digests (SHA-256) of original, copy and picture, their sizes, the format and the time. It holds no file names or places. With a record you can later show which file your copy came from.',
      care: 'Someone who has both your ledger and a photo can tell that the photo is in it. When off, nothing is noted.',
      showFolder: 'Show the ledger’s folder',
    },
    theme: {
      title: 'Appearance',
      system: 'As the system',
      light: 'Light',
      dark: 'Dark',
    } satisfies Record<Theme, string> & Record<string, unknown>,
  },
} as const;
