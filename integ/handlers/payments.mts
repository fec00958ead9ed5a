import { resilience } from 'resilient-lambda-runtime';
import { payingHandler } from './paying.mts';

export const handler = payingHandler(resilience());
