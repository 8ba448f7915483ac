// The package ships no types.
declare module 'analytics-node' {
  const Analytics: new (writeKey: string, options?: object) => unknown;
  export default Analytics;
}
