/** A clock that all processes of a machine share, ms with fractions. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
