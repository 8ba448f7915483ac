// Whether a key of a message's body is one under which providers expect whom it is for.

/** `to`, `pushToken`, `phone_number`, `touser` */
export function looksLikeAddress(key: string): boolean {
  const words = key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_-]/);
  return ONE_WORD.has(words.join('')) || WORDS.has(words.at(-1)!);
}

const WORDS: ReadonlySet<string> = new Set([
  ...['to', 'token', 'tokens', 'phone', 'phones', 'mobile', 'tel', 'msisdn', 'email', 'emails'],
  ...['recipient', 'recipients', 'receiver', 'receivers'],
]);

const ONE_WORD: ReadonlySet<string> = new Set([
  ...['touser', 'openid', 'phonenumber', 'phonenumbers', 'mobilenumber', 'emailaddress', 'mail'],
  ...['deviceid', 'registrationid', 'playerid', 'chatid', 'address'],
]);
