// What providers check of a request, and what they answer, by their documentation: bodies and statuses of
// WeCom's group robots, of FCM (HTTP v1), and of a provider of text messages as many are.

import type { Answering, Got } from './endpoint.ts';

/** An answer's status and JSON. */
type Answer = readonly [status: number, json: object];

const answers =
  (judge: (got: Got) => Answer): Answering =>
  (res, got) => {
    const [status, json] = judge(got);
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  };

const isJson = ({ headers }: Got) => /^application\/json\b/.test(headers['content-type'] ?? '');
const keysOf = (value: unknown) =>
  Object.keys(value as object)
    .sort()
    .join();

export const WECOM_PATH = '/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa';
const WINDOW_MS = 60_000;

/** https://developer.work.weixin.qq.com/document/path/91770 */
export class WeComRobot {
  readonly posted: string[] = [];
  private readonly timesMs: number[] = [];

  constructor(private readonly nowMs: () => number) {}

  /** Somebody else posts to the group by the same robot. */
  others(count: number): void {
    for (let n = 0; n < count; n++) this.timesMs.push(this.nowMs());
  }

  readonly answering = answers((got) => {
    if (got.target !== WECOM_PATH) return told(93_000, 'invalid webhook url');
    const nowMs = this.nowMs();
    if (this.timesMs.filter((atMs) => atMs > nowMs - WINDOW_MS).length >= 20) {
      return told(45_009, 'api freq out of limit');
    }
    this.timesMs.push(nowMs);
    const { msgtype, text } = JSON.parse(got.body);
    if (msgtype !== 'text') return told(40_008, 'invalid message type');
    const { content } = text ?? {};
    if (typeof content !== 'string' || content === '') return told(44_004, 'empty content');
    if (Buffer.byteLength(content) > 2_048) return told(40_058, 'content exceed max length');
    this.posted.push(content);
    return told(0, 'ok');
  });
}

/** Its status is 200 whatever it says. */
const told = (errcode: number, errmsg: string): Answer => [200, { errcode, errmsg }];

export const FCM_PATH = '/v1/projects/shop/messages:send';

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages */
export class Fcm {
  readonly messages: Record<string, unknown>[] = [];

  constructor(private readonly token: string) {}

  readonly answering = answers((got) => {
    if (got.target !== FCM_PATH) return refused(404, 'NOT_FOUND');
    if (got.headers.authorization !== `Bearer ${this.token}`) {
      return refused(401, 'UNAUTHENTICATED');
    }
    const { message, ...rest } = JSON.parse(got.body);
    const isWhole = isJson(got) && keysOf(rest) === '' && isMessage(message);
    if (!isWhole) return refused(400, 'INVALID_ARGUMENT');
    this.messages.push(message);
    return [200, { name: `projects/shop/messages/0:${this.messages.length}` }];
  });
}

function isMessage({ token, notification, data, ...rest }: Record<string, unknown>): boolean {
  const texts = [token, ...Object.values(notification!), ...Object.values(data!)];
  return (
    keysOf(rest) === '' &&
    keysOf(notification) === 'body,title' &&
    texts.every((text) => typeof text === 'string' && text !== '')
  );
}

const refused = (code: number, status: string): Answer => [code, { error: { code, status } }];

/** A provider of text messages, which sends what has one reference once. */
export class TextMessages {
  readonly sent = new Map<string, { readonly to: string; readonly text: string }>();
  /** Numbers that it takes nothing for now. */
  readonly busy = new Set<string>();

  constructor(private readonly token: string) {}

  readonly answering = answers((got) => {
    if (got.headers.authorization !== `Bearer ${this.token}`) return [401, { error: 'who is it?' }];
    const { to, text, reference, ...rest } = JSON.parse(got.body);
    const texts = [to, text, reference];
    if (!isJson(got) || keysOf(rest) !== '' || !texts.every((one) => typeof one === 'string')) {
      return [422, { error: 'to, text, reference' }];
    }
    if (!/^\+[1-9]\d{7,14}$/.test(to)) return [200, { status: 'rejected', error: 'number' }];
    if (this.busy.has(to)) return [200, { status: 'rejected', error: 'busy' }];
    this.sent.set(reference, { to, text });
    return [200, { status: 'accepted', id: `sm-${this.sent.size}` }];
  });
}
