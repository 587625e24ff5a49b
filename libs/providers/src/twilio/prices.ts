import type { Pricing } from '@keybrake/domain';
import { priced, unpriced } from '../amount.js';
import { flagField, soleField, textField } from '../body/fields.js';
import { type BodyProblem, type Fields, fieldsOf } from '../body/parsed-body.js';
import type { PriceList } from '../price-list.js';
import { isProblem, problem } from '../problem.js';
import type { PriceRule } from '../provider.js';
import { isPhoneNumber, priceFor } from './destination.js';
import { smsSegments } from './segments.js';

const MEDIA_MAX = 10;

interface MessageFacts {
  readonly to: string;
  readonly segments: number;
  readonly isMms: boolean;
  /** Why the text's length or channel can't be told from the request. */
  readonly unknown: string | undefined;
}

/** `POST …/Messages.json`: segments or media times the price list's entry for the number's country. */
export const messagePrice: PriceRule = ({ body, prices }) => {
  const facts = readMessage(fieldsOf(body));
  return isProblem(facts) ? facts : priceMessage(facts, prices);
};

function priceMessage({ to, segments, isMms, unknown }: MessageFacts, prices: PriceList): Pricing {
  if (unknown !== undefined) return unpriced(unknown, 'out');
  if (!isPhoneNumber(to)) return unpriced('To is not a phone number in E.164 form, such as +14155550100.', 'out');
  const { currency, smsSegmentMicros, mmsMicros } = prices.twilio;
  const smsMicros = priceFor(smsSegmentMicros, to);
  const mediaMicros = isMms ? priceFor(mmsMicros, to) : undefined;
  if (smsMicros === undefined || (isMms && mediaMicros === undefined)) {
    return unpriced(`the price list has no ${isMms ? 'MMS' : 'SMS'} price for the country of this number.`, 'out');
  }
  const textMicros = BigInt(segments) * smsMicros;
  // Where media can't be delivered, Twilio sends the text with a link instead: the dearer of the two is the bound.
  const micros = mediaMicros !== undefined && mediaMicros > textMicros ? mediaMicros : textMicros;
  return priced({ currency, micros }, 'out');
}

function readMessage(fields: Fields): MessageFacts | BodyProblem {
  const to = textField(fields, 'To');
  if (to === undefined) return problem('To is required.', 'To');
  if (isProblem(to)) return to;
  const text = textField(fields, 'Body');
  if (isProblem(text)) return text;
  const media = mediaCount(fields);
  if (typeof media !== 'number') return media;
  const sendAsMms = flagField(fields, 'SendAsMms');
  if (isProblem(sendAsMms)) return sendAsMms;
  const shortenUrls = flagField(fields, 'ShortenUrls');
  if (isProblem(shortenUrls)) return shortenUrls;
  const contentSid = soleField(fields, 'ContentSid');
  if (isProblem(contentSid)) return contentSid;
  const isMms = sendAsMms || media > 0;
  return {
    to,
    segments: smsSegments(text ?? ''),
    isMms,
    unknown: unknownLength(contentSid !== undefined, shortenUrls),
  };
}

function unknownLength(hasTemplate: boolean, shortenUrls: boolean): string | undefined {
  if (hasTemplate) return 'the text of a ContentSid template is not in the request.';
  return shortenUrls ? 'ShortenUrls changes the length of the text after Keybrake has counted it.' : undefined;
}

function mediaCount(fields: Fields): number | BodyProblem {
  const media = soleField(fields, 'MediaUrl');
  if (media === undefined) return 0;
  if ('invalid' in media) return media;
  const count = media.kind === 'list' ? media.items.length : 1;
  return count <= MEDIA_MAX ? count : problem(`MediaUrl may be given at most ${MEDIA_MAX} times.`, 'MediaUrl');
}

/** `POST …/Messages/{Sid}.json`: may cancel a scheduled message. Redacting one would take the evidence of an unknown outcome. */
export const messageUpdatePrice: PriceRule = ({ body }) => {
  const fields = fieldsOf(body);
  const status = textField(fields, 'Status');
  if (isProblem(status)) return status;
  if (fields.size === 1 && status === 'canceled') return { kind: 'free' };
  return problem('Only Status=canceled is passed on: a message that was sent stays on record.', 'Status');
};
