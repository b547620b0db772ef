// Every word of the Find page and of the takedown pack.

import type { FoundLeak, FoundMatch } from './backend';
import { dimensions, number } from './format';

// A number and its sign stay on one line.
const percent = (value: number) => `${number(value)}\u00A0%`;

export const findWords = {
  title: 'Find',
  intro:
    'Found a picture online? See whether it was made from a photo that you recorded here, which one, and what was changed in it. Nothing is sent anywhere.',
  drop: 'Drop the picture here, choose it, or paste it with Ctrl+V',
  dropNote: 'Only photos that were recorded can be recognised.',
  choose: 'Choose picture',
  another: 'Look up another',
  looking: (name: string) => `Comparing ${name} with your records…`,
  found: 'The picture that you found',
  veiledNote: 'Blurred. Nobody has to see it to find out what it is.',
  show: 'Show the picture',
  hide: 'Blur it again',
  none: 'Not made from any photo recorded here, as far as can be told',
  noneText:
    'A photo that was never recorded, or recorded without fingerprints, cannot be recognised. Very small, very blurred and nearly blank pictures cannot either.',
  notComparable: (n: number) =>
    n === 1
      ? 'One recorded file has no fingerprints and could not be compared with it.'
      : `${number(n)} recorded files have no fingerprints and could not be compared with it.`,
  locked: 'Your records are locked. Unlock them to compare the picture with them.',
  several: (n: number) => `${number(n)} of your photos are in it, the surest first`,
  one: 'One of your photos',

  kind: {
    sameFile: 'The same file',
    samePixels: 'The same pixels in another file',
    whole: 'A copy of the whole photo',
    part: 'A copy of a part of the photo',
    alike: 'Alike as a whole',
  } satisfies Record<FoundMatch['kind'], string>,
  certainty: {
    certain: 'Certain',
    veryHigh: 'Very sure',
    high: 'Sure',
    likely: 'Likely',
  } satisfies Record<FoundMatch['certainty'], string>,
  certaintyNote: {
    certain: 'The bytes or pixels are the same.',
    veryHigh: 'Details agree far more than in any wrong pair that was measured.',
    high: 'Details agree clearly more than in any wrong pair that was measured.',
    likely: 'Photos of one scene, taken one after the other, can be as alike.',
  } satisfies Record<FoundMatch['certainty'], string>,
  numbers: (match: FoundMatch) =>
    match.certainty === 'certain'
      ? null
      : match.inliers === 0
        ? `${percent(match.confidencePermille / 10)} or more, from unrelated pairs that were measured`
        : `${percent(match.confidencePermille / 10)} or more, from unrelated pairs that were measured. ${number(match.inliers)} details agree on one geometry; ${number(match.alike)} of ${number(match.expected)} look alike where they should be. Score ${number(match.score)}; a match needs 40.`,

  facts: {
    record: 'Record',
    recorded: 'Recorded',
    clock: 'by this computer’s clock',
    anchored: 'Anchored',
    notAnchored: 'Not yet: nobody else has confirmed when it was recorded.',
    photo: 'The photo',
    shows: 'Shows',
    copy: 'The copy',
    given: 'Given to',
  },
  region: (match: FoundMatch) =>
    match.region === null
      ? null
      : `${dimensions(match.region.width, match.region.height)} pixels from ${number(match.region.x)}, ${number(match.region.y)} (${percent(match.region.sharePermille / 10)} of it)`,
  copyFacts: (match: FoundMatch) => {
    const facts = [match.mirrored ? 'mirrored' : 'not mirrored'];
    facts.push(match.rotation === 0 ? 'upright' : `turned by ${number(match.rotation)}°`);
    if (match.scalePercent !== null) facts.push(`at ${percent(match.scalePercent)} of the size`);
    if (match.encodedAs !== null) facts.push(`encoded anew as ${match.encodedAs}`);
    return facts.join(', ');
  },
  pixels: (match: FoundMatch) => `${dimensions(match.width, match.height)} pixels`,
  openRecord: 'Show the record',

  leak: {
    title: 'Which copy it was made from',
    told: (leak: FoundLeak) => {
      const whom = leak.recipients.join(', ');
      switch (leak.by) {
        case 'bytes':
          return `The copy for ${whom}: its bytes are the same.`;
        case 'pixels':
          return `The copy for ${whom}: its pixels are the same.`;
        case 'size':
          return `Perhaps the copy for ${whom}: it alone is as large. Anybody can make a picture that large.`;
        default:
          return `Cannot be told. It may be the copy for ${leak.recipients.join(' or ')}; all of them show the same.`;
      }
    },
  },

  changes: {
    title: 'What was changed',
    ask: 'If you have the original, the two can be laid over each other.',
    file: 'Choose the original',
    folder: 'Look in a folder',
    folderNote: 'Cloakroom remembers the folder and reads it only for this.',
    remembered: (name: string) => `Originals are looked for in “${name}”.`,
    forget: 'Forget the folder',
    notThere: 'The original is not there: no file has the digest of this record.',
    working: 'Comparing…',
    verdict: {
      nothingFound: 'No change was found where the two can be compared.',
      changed: 'Parts of it were changed.',
      tooSmall: 'It cannot be told: the copy is too small.',
      tooLittle: 'It cannot be told: the copy shows too little of the photo.',
      tooDifferent: 'It cannot be told: the copy differs nearly everywhere.',
    },
    measured: (changed: number, compared: number) =>
      `${percent(changed / 10)} of what can be compared; ${percent(compared)} of the photo can be compared.`,
    area: (width: number, height: number, x: number, y: number, share: number) =>
      `${dimensions(width, height)} pixels from ${number(x)}, ${number(y)} (${percent(share / 10)} of the photo)`,
    view: 'View',
    views: { overlay: 'Overlay', slider: 'Side by side', map: 'Difference map' },
    slide: 'Original on the left, found picture on the right',
    alt: {
      copy: 'The found picture, laid over the original',
      outlined: 'The found picture, laid over the original, with what was changed outlined in red',
      photo: 'The original, in the colours of the found picture',
      differences: 'Where the two differ: black is equal, bright is different, red lines surround what was changed',
    },
    hidden: 'This view shows what the found picture shows. It appears once you show the picture.',
  },

  report: {
    save: 'Save report…',
    note: 'A PDF to be given to a platform, a lawyer or the police. The found picture is blurred in it unless you show it here.',
    saved: (name: string) => `Saved as ${name}.`,
  },

  takedown: {
    open: 'Have it taken down…',
    title: 'Have it taken down',
    back: 'Back',
    age: 'Was anybody in the picture under 18 when it was taken?',
    yes: 'Yes',
    no: 'No',
    ageNote: 'This comes first, because pictures of minors need other hands than this program’s.',
    intimate: 'It shows somebody naked or in a sexual way, or was made to',
    altered: 'It was made or altered by software',
    copyright: 'I took the original photo, or have the rights in it in writing',
    asking: 'Who are you?',
    who: { shown: 'The person in it', forAnother: 'Somebody whom that person asked to do this', rightsHolder: 'Not in it, but I hold the rights in the photo' },
    urls: 'The exact addresses, one on a line',
    urlsNote: 'Copy them from the browser’s address line. They are not opened.',
    words: 'What it shows, and why it should go, in your words',
    name: 'Your name, for the signature',
    email: 'Your e-mail address',
    phone: 'Your telephone number (may stay empty)',
    address: 'Your postal address (may stay empty)',
    hashes: (n: number) => `Add the hashes of ${number(n)} matching ${n === 1 ? 'record' : 'records'}`,
    hashesNote: 'They tell roughly what a picture looks like.',
    make: 'Show the texts',
    save: 'Save everything as a folder…',
    saved: (name: string) => `Saved as the folder ${name}.`,
    missing: 'Still to be filled in:',
    overview: 'What to do',
    texts: 'Texts',
    copy: (name: string) => `Copy the text ${name}`,
    copied: 'Copied',
    noAdvice: 'No request needs a proof that the photo is yours. This is no legal advice. Nothing is sent.',
  },
} as const;
