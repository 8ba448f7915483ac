/**
 * First byte of a state. Never 0: that marks a forward. Version 1 is still read (codec-v1.ts). What
 * is added to a state is a section, not a version: a new version stops every gateway of before.
 */
export const CODEC_VERSION = 2;
