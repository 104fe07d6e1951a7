/** Where the test run's real servers are. The run starts them and says so in the environment. */
export function serverVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: run the tests with "npm test", which starts the servers they need`);
  return value;
}
