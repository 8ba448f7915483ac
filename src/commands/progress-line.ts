/** One line on a terminal that is written over; nothing where it is none. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

const CLEAR = '\r\u001b[K';

export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) return { show() {}, clear() {} };
  return {
    show: (text) => void stream.write(`${CLEAR}${text.slice(0, (stream.columns ?? 80) - 1)}`),
    clear: () => void stream.write(CLEAR),
  };
}
