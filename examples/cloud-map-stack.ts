import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { HttpNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Shop');

// Whoever runs the service registers its instances here, such as a service of Amazon ECS.
const namespace = new HttpNamespace(stack, 'Namespace', { name: 'shop' });
const service = namespace.createService('Stock', { name: 'stock' });

new ResilientFunction(stack, 'Availability', {
  entry: join(__dirname, 'cloud-map.mts'),
  timeout: Duration.seconds(10),
  dependencies: {
    stock: { cloudMap: { service, port: 8080, path: '/v1' }, timeout: Duration.seconds(2) },
  },
});
