/** Who places or releases a hold. Read with `readOperator`. */
export const BY_OPTION = ['--by <name>', 'your name, which the audit keeps (or LETHE_OPERATOR)'] as const;
