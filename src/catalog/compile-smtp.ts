// A mail server, and the mail as templates.

import type { SmtpChannel } from '../model/channel.ts';
import type { TreatmentRenderer } from '../model/value.ts';
import { addressOf } from './channel-address.ts';
import { soundPart } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import { type Located, withParts } from './located.ts';
import { OF_MESSAGE } from './reach.ts';
import { readRate, smtpShape } from './shapes/channel-shapes.ts';

/** null after a fault. */
export function compileSmtp(
  name: string,
  node: Located,
  context: CompileContext,
): SmtpChannel | null {
  const sound = soundPart(smtpShape, node, context.faults);
  if (sound === null) {
    checkRest(node, context);
    return null;
  }
  const { data } = sound;
  const at = (key: keyof typeof data) => sound.node.entries!.get(key);
  const url = addressOf(node, at('url'), at('url_env'), ['smtp:', 'smtps:'], context.faults);
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

const PARTS = ['from', 'to', 'subject', 'text', 'html'];

function mailParts({ entries }: Located): Record<string, Located> {
  return Object.fromEntries([...(entries ?? [])].filter(([key]) => PARTS.includes(key)));
}

/** A template that is one expression keeps its type; a mail is made of texts. */
function asTexts(render: TreatmentRenderer): TreatmentRenderer {
  return (scope, onUnknown) => {
    const parts = Object.entries(render(scope, onUnknown));
    return Object.fromEntries(parts.map(([key, value]) => [key, textOf(value)]));
  };
}

function textOf(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
