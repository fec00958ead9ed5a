/** The page that says what each metric means and what to do about it. */
export const RUNBOOK_URL = 'https://github.com/resilient-lambda/resilient-lambda/blob/main/docs/operations.md';
