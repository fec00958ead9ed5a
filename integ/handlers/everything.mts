import { resilience } from 'resilient-lambda-runtime';
import { cloudMapClient } from 'resilient-lambda-runtime/cloud-map';
import { payingHandler } from './paying.mts';

export const handler = payingHandler(resilience({}, { cloudMap: cloudMapClient() }));
