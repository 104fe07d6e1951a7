import { swiftServer } from '@lethe/testkit';
import { describeConformance } from './testing/conformance/index.js';
import { swiftBucket } from './testing/conformance/swift-kind.js';

describeConformance(swiftBucket('none', swiftServer));
describeConformance(swiftBucket('enabled', swiftServer));
