// Who looks at the page: the visitor's id, and the token of the customer who is logged in.
//
// A token belongs to the visitor's id under which it was given. So what is still to be sent of somebody
// who logged out goes with their token, and what comes after with nobody's. Tokens are not stored: a
// page that is loaded gets its own. (Functions rather than classes here and beside: their names cost
// no bytes.)

import { newId, recall, remember, report } from './local.ts';

/** A customer token, as it is or as `POST /v1/tokens` answers it; nothing = nobody is logged in. */
export type Token = string | { readonly customerToken: string } | null | undefined;
/** A token, or what gets one: asked first when something is sent, and when a token is over. */
export type TokenSource = Token | (() => Token | Promise<Token>);

export interface Visitor {
  id(): string;
  /** From here on with this token. */
  login(token: TokenSource): void;
  /** Is called otherwise from here on. @param isOther somebody else: no token of theirs is known */
  rename(id: string, isOther: boolean): void;
  /** The token as far as it is known, for what cannot wait. */
  known(id: string): string | null;
  /** Whether there is one, or one to be asked for. */
  hasToken(id: string): boolean;
  /** The token of a visitor's id; null = none. */
  token(id: string): Promise<string | null>;
  /** It may be over: asked for again where it can be. */
  doubt(id: string): void;
  /** Another one than this, which was refused; than none: asked for again. */
  another(id: string, refused: string | null): Promise<string | null>;
}

const NAME = 'proffer.visitor';
const TOKEN_WAIT_MS = 10_000;

export function visitorOf(given: string | undefined, token: TokenSource): Visitor {
  const sources = new Map<string, TokenSource>();
  const tokens = new Map<string, string | null>();
  let current = '';
  const known = (id: string) => tokens.get(id) ?? null;
  const login = (source: TokenSource) => {
    tokens.delete(current);
    if (typeof source === 'function') sources.set(current, oneAtATime(source));
    else {
      sources.set(current, source);
      tokens.set(current, textOf(source));
    }
  };
  const become = (id: string, source: TokenSource) => {
    current = id;
    remember(NAME, id);
    login(source);
  };
  const tokenOf = async (id: string): Promise<string | null> => {
    const source = sources.get(id);
    if (tokens.has(id) || typeof source !== 'function') return known(id);
    try {
      const token = textOf(await source());
      if (sources.get(id) === source) tokens.set(id, token);
      return token;
    } catch (error) {
      // Perhaps there is no network: asked again with the next attempt.
      report(error);
      return null;
    }
  };
  const doubt = (id: string) => {
    if (typeof sources.get(id) === 'function') tokens.delete(id);
  };
  become(given || recall(NAME) || newId(), token);
  return {
    id: () => current,
    login,
    rename: (id, isOther) => become(id, isOther ? null : sources.get(current)),
    known,
    hasToken: (id) => !!known(id) || (sources.has(id) && !tokens.has(id)),
    token: tokenOf,
    doubt,
    async another(id, refused) {
      if (known(id) === refused) doubt(id);
      const token = await tokenOf(id);
      if (token !== refused) return token;
      if (refused) tokens.set(id, null);
      return null;
    },
  };
}

/** Who asks while it is under way gets the same answer. */
function oneAtATime(source: () => Token | Promise<Token>): () => Promise<Token> {
  let asked: Promise<Token> | null = null;
  return () => {
    asked ??= Promise.race([
      source(),
      new Promise<Token>((done) => setTimeout(done, TOKEN_WAIT_MS)),
    ]).finally(() => {
      asked = null;
    });
    return asked;
  };
}

function textOf(token: Token): string | null {
  return (typeof token === 'object' ? token?.customerToken : token) || null;
}
