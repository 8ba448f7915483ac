// A mail server, and the mail as templates.

import type { SmtpChannel } from '../model/channel.ts';
import type { JsonObject } from '../model/json.ts';
import type { TreatmentRenderer } from '../model/value.ts';
import { addressOf } from './channel-address.ts';
import { withoutHabits } from './channel-habits.ts';
import { soundPart } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import { type FaultList, quote } from './fault.ts';
import { type Located, withParts } from './located.ts';
import { checkMailHeaders } from './mail-headers.ts';
import { OF_MESSAGE } from './reach.ts';
import { readRate, smtpShape } from './shapes/channel-shapes.ts';

/** null after a fault. */
export function compileSmtp(
  name: string,
  node: Located,
  context: CompileContext,
): SmtpChannel | null {
  const sound = soundPart(smtpShape, withoutHabits('smtp', node, context.faults), context.faults);
  if (sound === null) {
    checkRest(node, context);
    return null;
  }
  const { data } = sound;
  const at = (key: keyof typeof data) => sound.node.entries!.get(key);
  const url = addressOf(node, at('url'), at('url_env'), ['smtp:', 'smtps:'], context.faults);
  for (const key of ['from', 'to', 'reply_to'] as const)
    checkMailAddress(key, at(key), context.faults);
  checkMailHeaders(at('headers'), context.faults);
  const mail = context.template(withParts(node, mailParts(sound.node)), OF_MESSAGE, 'html');
  if (url === null || mail === null) return null;
  return {
    kind: 'smtp',
    name,
    url,
    mail: asTexts(mail),
    rate: data.rate === undefined ? null : readRate(data.rate),
  };
}

/** Templates are told of where something else is missing, too. */
function checkRest(node: Located, context: CompileContext): void {
  const parts = mailParts(node);
  const texts = Object.entries(parts).filter(([, part]) => typeof part.value === 'string');
  if (texts.length > 0) context.template(withParts(node, Object.fromEntries(texts)), OF_MESSAGE);
}

/** A text without a template is an address for everybody: one without @ is a name of something. */
function checkMailAddress(key: string, node: Located | undefined, faults: FaultList): void {
  const text = node?.value;
  if (typeof text !== 'string' || /@|\{\{/.test(text)) return;
  const isTrait = /^\s*traits\.\w+\s*$/.test(text);
  const trait = isTrait ? text.trim() : 'traits.email';
  const expected = 'an address such as Shop <shop@shop.example>';
  faults.at(node!, `found ${quote(text)}, which is no address, expected ${expected}`, {
    ...{ found: quote(text), expected },
    suggestion: key === 'to' || isTrait ? `{{ ${trait} }}` : null,
  });
}

const PARTS = ['from', 'to', 'reply_to', 'subject', 'text', 'html', 'headers'];

function mailParts({ entries }: Located): Record<string, Located> {
  return Object.fromEntries([...(entries ?? [])].filter(([key]) => PARTS.includes(key)));
}

/** A template that is one expression keeps its type; a mail is made of texts. */
function asTexts(render: TreatmentRenderer): TreatmentRenderer {
  return (scope, onUnknown) => {
    const { headers, ...parts } = render(scope, onUnknown);
    const texts = textsOf(parts);
    return headers === undefined ? texts : { ...texts, headers: textsOf(headers as JsonObject) };
  };
}

function textsOf(parts: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(parts).map(([key, value]) => [key, textOf(value)]));
}

function textOf(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
