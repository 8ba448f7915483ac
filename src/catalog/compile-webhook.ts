// A webhook. A catalog is published and kept; so no secret may stand in it, only the name of the
// environment variable that has it.

import type { WebhookChannel } from '../model/channel.ts';
import { addressOf } from './channel-address.ts';
import { withoutHabits } from './channel-habits.ts';
import { headersOf } from './channel-headers.ts';
import { soundPart } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import { type Located, withParts } from './located.ts';
import { OF_ANSWER, OF_MESSAGE } from './reach.ts';
import { readRate, webhookShape } from './shapes/channel-shapes.ts';

/** null after a fault. */
export function compileWebhook(
  name: string,
  node: Located,
  context: CompileContext,
): WebhookChannel | null {
  const sound = soundPart(
    webhookShape,
    withoutHabits('webhook', node, context.faults),
    context.faults,
  );
  if (sound === null) return null;
  const { data } = sound;
  const at = (key: keyof typeof data) => sound.node.entries!.get(key);
  const url = addressOf(node, at('url'), at('url_env'), ['http:', 'https:'], context.faults);
  const headers = headersOf(at('headers'), at('headers_env'), context.faults);
  const body = at('body');
  const render =
    body === undefined ? null : context.template(withParts(node, { body }), OF_MESSAGE);
  const success = context.condition(at('success'), OF_ANSWER);
  if (success?.reads.now) {
    const message = 'there is no clock where an answer is judged: only response is known';
    context.faults.at(at('success')!, message);
  }
  if (url === null) return null;
  return {
    ...{ kind: 'webhook', name, url, headers },
    secretEnv: data.secret_env ?? null,
    rate: data.rate === undefined ? null : readRate(data.rate),
    body: render,
    success: success?.run ?? null,
  };
}
