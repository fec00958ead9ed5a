import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Payments');

const results = new TableV2(stack, 'Results', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  timeToLiveAttribute: 'expiration',
});

const pay = new ResilientFunction(stack, 'Pay', {
  entry: join(__dirname, 'payments.mts'),
  timeout: Duration.seconds(10),
  environment: { RESULTS_TABLE: results.tableName },
});
results.grant(pay, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
