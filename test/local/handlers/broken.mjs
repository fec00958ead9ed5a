throw new SyntaxError('configuration is wrong');
