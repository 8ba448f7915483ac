/** First byte of a state. Never 0: that marks a forward. A new version still reads the older ones. */
export const CODEC_VERSION = 1;
