const indirect = { handler: () => 'common' };
module.exports = indirect;
