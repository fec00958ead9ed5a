import { answerRefusals } from '../middy/answer-refusals.ts';
import type { Piece } from './workshop.ts';

/** Outside of everything that refuses, so that a refusal is answered alike wherever it comes from. */
export const refusalPiece: Piece = () => () => [answerRefusals()];
