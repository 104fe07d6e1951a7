import { describeConformance } from './testing/conformance/index.js';
import { directoryOfFiles } from './testing/conformance/filesystem-kind.js';

describeConformance(directoryOfFiles);
