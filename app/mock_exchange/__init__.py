"""The rest of the market, simulated over HTTP: sellers, rival buyers, and the CRM that receives our leads."""
