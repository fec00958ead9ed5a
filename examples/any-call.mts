import { CircuitOpenError, createCircuitBreaker } from 'resilient-lambda-runtime';

const payments = createCircuitBreaker({ name: 'payments' });

/** Charges an amount, or says that it will be charged later. */
export async function charge(amount: number): Promise<'charged' | 'later'> {
  try {
    const request = { method: 'POST', body: String(amount) };
    const answer = await payments.execute(() => fetch('https://payments.example.com/charges', request));
    return answer.ok ? 'charged' : 'later';
  } catch (error) {
    if (error instanceof CircuitOpenError) return 'later';
    throw error;
  }
}
