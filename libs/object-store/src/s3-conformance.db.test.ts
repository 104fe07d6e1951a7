import { serverVariable } from '@lethe/testkit';
import { describeConformance } from './testing/conformance/index.js';
import { gatewayBucket } from './testing/conformance/s3-kind.js';

describeConformance(gatewayBucket('without versions', serverVariable));
describeConformance(gatewayBucket('with versions', serverVariable));
describeConformance(gatewayBucket('with versions suspended', serverVariable));
describeConformance(gatewayBucket('with Object Lock', serverVariable));
