import { once } from 'node:events';
import { connect } from 'node:net';
import { DynamoDBClient, DescribeTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localClientConfig } from '../../local/client-config.ts';
import { startDynamoDbLocal } from '../../local/dynamodb-local.ts';
import { startEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createTable, createTablesFromTemplate } from '../../local/tables.ts';
import { Cleanup } from './support.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const clientFor = (endpoint: string): DynamoDBClient => {
  const client = new DynamoDBClient(localClientConfig(endpoint));
  cleanup.defer(() => client.destroy());
  return client;
};
const keyOf = (id: string) => ({ TableName: 'things', Key: { id: { S: id } } });

describe('embedded DynamoDB', () => {
  it('keeps items in a table that is active when created', async () => {
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    await createTable(endpoint, { tableName: 'things', partitionKey: 'id' });
    const client = clientFor(endpoint);
    await client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'a' }, n: { N: '1' } } }));
    const { Item } = await client.send(new GetItemCommand(keyOf('a')));
    expect(Item).toEqual({ id: { S: 'a' }, n: { N: '1' } });
  });

  it('refuses a second table of the same name', async () => {
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    await createTable(endpoint, { tableName: 'things', partitionKey: 'id' });
    await expect(createTable(endpoint, { tableName: 'things', partitionKey: 'id' })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
  });

  it('survives a client that goes away in the middle of a body', async () => {
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":', () => socket.resetAndDestroy());
    await once(socket, 'close');
    await createTable(endpoint, { tableName: 'things', partitionKey: 'id' });
  });

  it('keeps nothing between two instances, and closes with connections open', async () => {
    const first = await startEmbeddedDynamoDb();
    await createTable(first.endpoint, { tableName: 'things', partitionKey: 'id' });
    await clientFor(first.endpoint).send(new GetItemCommand(keyOf('a')));
    await first.close();
    await first.close();
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    await createTable(endpoint, { tableName: 'things', partitionKey: 'id' });
  });
});

describe('tables of a template', () => {
  const template = {
    Resources: {
      Circuits: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [
            { AttributeName: 'id', AttributeType: 'S' },
            { AttributeName: 'onlyInAnIndex', AttributeType: 'S' },
          ],
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          Replicas: [{ Region: { Ref: 'AWS::Region' } }],
        },
      },
      Orders: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'orders',
          KeySchema: [
            { AttributeName: 'customer', KeyType: 'HASH' },
            { AttributeName: 'number', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'customer', AttributeType: 'S' },
            { AttributeName: 'number', AttributeType: 'N' },
          ],
          TimeToLiveSpecification: { AttributeName: 'never', Enabled: false },
        },
      },
      Function: { Type: 'AWS::Lambda::Function', Properties: {} },
    },
  };

  it('are all created, and nothing else', async () => {
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    const tables = await createTablesFromTemplate(endpoint, template);
    expect(Object.fromEntries(tables)).toEqual({
      Circuits: { tableName: 'Circuits', timeToLiveAttribute: 'expiresAt' },
      Orders: { tableName: 'orders' },
    });
    const { Table } = await clientFor(endpoint).send(new DescribeTableCommand({ TableName: 'orders' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', KeySchema: template.Resources.Orders.Properties.KeySchema });
  });

  it('take the names that they are given', async () => {
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    const tables = await createTablesFromTemplate(endpoint, template, (id, name) => `demo-${name ?? id}`);
    expect([...tables.values()].map((table) => table.tableName)).toEqual(['demo-Circuits', 'demo-orders']);
  });

  it('must have a key schema', async () => {
    const { endpoint } = cleanup.add(await startEmbeddedDynamoDb());
    const broken = { Resources: { Broken: { Type: 'AWS::DynamoDB::Table' } } };
    await expect(createTablesFromTemplate(endpoint, broken)).rejects.toThrow(/Broken.*KeySchema/);
    expect(await createTablesFromTemplate(endpoint, {})).toEqual(new Map());
  });
});

describe("AWS's DynamoDB Local", () => {
  it('is absent unless a folder with it is named', async () => {
    const named = process.env.DYNAMODB_LOCAL_JAR_DIR;
    cleanup.defer(() => {
      if (named !== undefined) process.env.DYNAMODB_LOCAL_JAR_DIR = named;
    });
    delete process.env.DYNAMODB_LOCAL_JAR_DIR;
    expect(await startDynamoDbLocal()).toBeUndefined();
  });

  // Its license keeps it out of the dependencies, so this run is absent unless the folder is named.
  it('keeps items where it is available', async () => {
    const local = await startDynamoDbLocal();
    expect(local !== undefined).toBe(process.env.DYNAMODB_LOCAL_JAR_DIR !== undefined);
    if (!local) return;
    cleanup.add(local);
    await createTable(local.endpoint, { tableName: 'things', partitionKey: 'id' });
    const client = clientFor(local.endpoint);
    await client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'a' } } }));
    expect((await client.send(new GetItemCommand(keyOf('a')))).Item).toEqual({ id: { S: 'a' } });
  }, 30_000);
});
