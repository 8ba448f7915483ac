// What people write in a channel who know other services, or who have not heard that a catalog is read by
// many: told in one sentence, and what may be a secret is never quoted.

import type { FaultList } from './fault.ts';
import type { Located } from './located.ts';

/** A key that there is not, and what to do instead. */
interface Habit {
  readonly keys: RegExp;
  readonly message: string;
  readonly suggestion: string | null;
}

const READ_BY_MANY = 'a catalog is read by many';

const OF_WEBHOOK: readonly Habit[] = [
  {
    keys: /^(?:signing_?|webhook_?)?secrets?$/i,
    message: `no secret may stand here, ${READ_BY_MANY}: name the environment variable that has it`,
    suggestion: 'secret_env',
  },
  {
    keys: /^(?:auth|authorization|bearer|token|(?:api|access)_?(?:key|token)|password|key)$/i,
    message: `no secret may stand here, ${READ_BY_MANY}: name the variable that has the header`,
    suggestion: 'headers_env: { authorization: PUSH_TOKEN }',
  },
  {
    keys: /^(?:method|verb)$/i,
    message: 'there is nothing to choose: every message is a POST',
    suggestion: null,
  },
];

const OF_SMTP: readonly Habit[] = [
  {
    keys: /^(?:user(?:name)?|login|password|pass|auth|secret)$/i,
    message: `no password may stand here, ${READ_BY_MANY}: the variable of \`url_env\` has both`,
    suggestion: 'url_env',
  },
];

const OF_ALL: readonly Habit[] = [
  {
    keys: /^(?:(?:max_?)?(?:retry|retries|attempts)|backoff|time_?out(?:_?ms)?)$/i,
    message:
      'when to try again and how long to wait is the same for all channels: ' +
      'docs/delivery.md, "When it fails", says how',
    suggestion: null,
  },
];

const ENV_NAME = /^[A-Z_][A-Z0-9_]*$/;
const ENV = 'the name of an environment variable such as PUSH_SECRET';

/** The node less what was told here. */
export function withoutHabits(kind: 'webhook' | 'smtp', node: Located, faults: FaultList): Located {
  if (node.entries === null) return node;
  const habits = [...(kind === 'webhook' ? OF_WEBHOOK : OF_SMTP), ...OF_ALL];
  const rest = [...node.entries].filter(([key, at]) => {
    const habit = habits.find(({ keys }) => keys.test(key));
    if (habit !== undefined) {
      const { message, suggestion } = habit;
      faults.at(at, `unknown key "${key}": ${message}`, {
        ...{ found: key, suggestion, offset: at.keyOffset },
      });
      return false;
    }
    if (key === 'headers_env')
      return [...(at.entries ?? [])].every(([, env]) => isEnv(env, faults));
    return !/^(?:secret|url)_env$/.test(key) || isEnv(at, faults);
  });
  if (rest.length === node.entries.size) return node;
  const value = Object.fromEntries(rest.map(([key, at]) => [key, at.value]));
  return { ...node, value, entries: new Map(rest) };
}

/** What stands in the place of a name may be the secret itself. */
function isEnv(node: Located, faults: FaultList): boolean {
  const { value } = node;
  if (typeof value !== 'string' || ENV_NAME.test(value)) return true;
  const message = `expected ${ENV}: what it has may not stand here, ${READ_BY_MANY}`;
  faults.at(node, message, { expected: ENV });
  return false;
}
