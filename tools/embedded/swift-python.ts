/** Python that is run as `python -c`: the checkout may be closed to the servers' user. */

/**
 * Makes the rings of one device and one replica, by what swift-ring-builder calls; it would be nine starts of Python.
 * One partition only: then everything about `account/container` is found at `disk/0/account/container`. Says whether the
 * file system keeps extended attributes, in which Swift has all it knows of an object.
 *
 * Arguments: the directory, then name=port of each ring.
 */
export const MAKE_RINGS = `import os, sys
from swift.common.ring import RingBuilder
directory = sys.argv[1]
probe = os.path.join(directory, 'devices', 'probe')
open(probe, 'w').close()
try:
    os.setxattr(probe, 'user.swift.metadata', bytes(1500))
    print('ready')
except OSError as error:
    print('no extended attributes:', error.strerror)
os.unlink(probe)
for ring in sys.argv[2:]:
    name, port = ring.split('=')
    builder = RingBuilder(0, 1, 0)
    builder.add_dev(dict(region=1, zone=1, ip='127.0.0.1', port=int(port), device='disk', weight=1))
    builder.rebalance()
    builder.get_ring().save(os.path.join(directory, name + '.ring.gz'))
`;

/**
 * What swift-proxy-server and its like do, with two differences that they have no option for: swift.conf is not below
 * /etc, and nobody else is to be become.
 *
 * Arguments: the directory, the server's name.
 */
export const RUN_SERVER = `import sys
from swift.common import utils, wsgi
directory, name = sys.argv[1:]
utils.set_swift_dir(directory)
wsgi.drop_privileges = lambda user: None
more = {}
if name == 'object':
    from swift.obj.server import global_conf_callback
    more['global_conf_callback'] = global_conf_callback
sys.exit(wsgi.run_wsgi(directory + '/' + name + '.conf', name + '-server', verbose=True, **more))
`;
